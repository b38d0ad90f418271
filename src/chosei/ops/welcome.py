"""What `./run` prints when everything answers."""

from __future__ import annotations

from chosei.ops.config import Config
from chosei.ops.demo import ADDRESS, PASSWORD

STARTED = "調整 Chosei"
"""Begins the message: who waits for `./run` may wait for this."""


def text(config: Config, seconds: float) -> str:
    """Addresses and the demo sign-in, in Japanese and English."""
    here = "http://127.0.0.1"
    lines = [
        "",
        f"  {STARTED} ({seconds:.1f} s)",
        "",
        f"  画面を開く / Open          {config.chosei_public_url}",
    ]
    if config.sandboxed:
        lines += [
            f"  サインイン / Sign in       {ADDRESS}   {PASSWORD}",
            f"  お試し用 Microsoft 365     {here}:{config.chosei_sandbox_port}   (sandbox, same sign-in)",
        ]
    else:
        lines.append("  会社を作る / First company ./run chosei organization create --help")
    if config.mail_caught:
        lines.append(f"  送信メール / Mail sent     {here}:{config.chosei_mailbox_port}")
    lines += [
        f"  ログ / Logs                {config.chosei_data_dir / 'logs'}",
        "  終了 / Stop                Ctrl-C",
        "",
    ]
    return "\n".join(lines)
