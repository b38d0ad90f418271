// Puts a Chosei booking page into another site.
//   <div data-chosei="https://…/b/…"></div>               a frame as tall as what it shows
//   <button data-chosei-popup="https://…/b/…">…</button>  the same in a window over the page
(() => {
  const frames = new Map();

  function frameFor(address, title) {
    const url = new URL(address);
    if (url.protocol !== "https:" && !["localhost", "127.0.0.1"].includes(url.hostname)) return null;
    url.pathname = url.pathname.replace(/^\/(?=[bo]\/)/, "/embed/");
    const frame = document.createElement("iframe");
    frame.src = url.href;
    frame.title = title;
    frame.style.cssText = "display:block;inline-size:100%;block-size:640px;border:0;color-scheme:auto";
    frames.set(frame, url.origin);
    return frame;
  }

  // Only the frame itself may say how tall it is, and only from the site that it shows.
  addEventListener("message", (event) => {
    for (const [frame, origin] of frames) {
      if (event.source !== frame.contentWindow || event.origin !== origin) continue;
      const height = Number(event.data && event.data.choseiHeight);
      if (height > 0 && height < 20000) frame.style.blockSize = `${Math.ceil(height)}px`;
      const dialog = frame.closest("dialog");
      if (event.data && event.data.choseiMoved) dialog ? dialog.scrollTo(0, 0) : frame.scrollIntoView({ block: "nearest" });
      if (event.data && event.data.choseiLeave && dialog) dialog.close();
    }
  });

  const readsJapanese = (element) => (element.closest("[lang]")?.lang || navigator.language).startsWith("ja");
  const titleOf = (element) => element.dataset.choseiTitle || (readsJapanese(element) ? "ご予約" : "Book a time");

  function open(button) {
    const frame = frameFor(button.dataset.choseiPopup, titleOf(button));
    if (!frame) return;
    const dialog = document.createElement("dialog");
    dialog.setAttribute("aria-label", titleOf(button));
    dialog.style.cssText =
      "inline-size:min(60rem,100vw);max-inline-size:100vw;max-block-size:100vh;padding:0;border:0;border-radius:12px;overflow:auto";
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = "×";
    close.setAttribute("aria-label", readsJapanese(button) ? "閉じる" : "Close");
    close.style.cssText =
      "position:sticky;inset-block-start:0;float:inline-end;inline-size:44px;block-size:44px;border:0;border-radius:50%;background:Canvas;color:CanvasText;font-size:24px;cursor:pointer";
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      frames.delete(frame);
      dialog.remove();
      button.focus();
    });
    dialog.append(close, frame);
    document.body.append(dialog);
    dialog.showModal();
  }

  function start() {
    for (const place of document.querySelectorAll("[data-chosei]")) {
      if (place.querySelector("iframe")) continue;
      const frame = frameFor(place.dataset.chosei, titleOf(place));
      if (frame) place.replaceChildren(frame);
    }
    for (const button of document.querySelectorAll("[data-chosei-popup]")) {
      if (button.dataset.choseiReady) continue;
      button.dataset.choseiReady = "1";
      button.addEventListener("click", (event) => {
        event.preventDefault();
        open(button);
      });
    }
  }

  if (document.readyState === "loading") addEventListener("DOMContentLoaded", start);
  else start();
})();
