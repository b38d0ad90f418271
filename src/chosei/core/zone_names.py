"""What people call their time zone, in Japanese and English.

Standard names follow common usage (Unicode CLDR's metazones, https://cldr.unicode.org); a zone that is not
listed is shown by its city. Summer time has its own name, because "standard time" would be wrong by an hour.
"""

from __future__ import annotations

from chosei.core.language import Language

_NAMES: dict[str, tuple[str, str, str, str]] = {
    # zones: 日本語, 日本語(夏), English, English (summer)
    "Asia/Tokyo Japan": ("日本標準時", "", "Japan Standard Time", ""),
    "Asia/Seoul": ("韓国標準時", "", "Korean Standard Time", ""),
    "Asia/Shanghai Asia/Chongqing PRC": ("中国標準時", "", "China Standard Time", ""),
    "Asia/Taipei": ("台湾標準時", "", "Taipei Standard Time", ""),
    "Asia/Hong_Kong": ("香港標準時", "", "Hong Kong Standard Time", ""),
    "Asia/Singapore": ("シンガポール標準時", "", "Singapore Standard Time", ""),
    "Asia/Manila": ("フィリピン標準時", "", "Philippine Standard Time", ""),
    "Asia/Jakarta": ("インドネシア西部時間", "", "Western Indonesia Time", ""),
    "Asia/Bangkok Asia/Ho_Chi_Minh Asia/Saigon": ("インドシナ時間", "", "Indochina Time", ""),
    "Asia/Kolkata Asia/Calcutta": ("インド標準時", "", "India Standard Time", ""),
    "Asia/Kathmandu Asia/Katmandu": ("ネパール時間", "", "Nepal Time", ""),
    "Asia/Dubai": ("湾岸標準時", "", "Gulf Standard Time", ""),
    "Europe/London": ("英国時間", "英国夏時間", "Greenwich Mean Time", "British Summer Time"),
    "Europe/Berlin Europe/Paris Europe/Amsterdam Europe/Brussels Europe/Madrid Europe/Rome "
    "Europe/Vienna Europe/Zurich Europe/Stockholm Europe/Oslo Europe/Copenhagen Europe/Prague Europe/Warsaw "
    "Europe/Budapest": (
        "中央ヨーロッパ標準時", "中央ヨーロッパ夏時間",
        "Central European Standard Time", "Central European Summer Time",
    ),
    "Europe/Helsinki Europe/Athens Europe/Kyiv Europe/Kiev Europe/Bucharest Europe/Sofia": (
        "東ヨーロッパ標準時", "東ヨーロッパ夏時間",
        "Eastern European Standard Time", "Eastern European Summer Time",
    ),
    "America/New_York America/Toronto America/Detroit US/Eastern": (
        "東部標準時", "東部夏時間", "Eastern Standard Time", "Eastern Daylight Time",
    ),
    "America/Chicago America/Winnipeg US/Central": (
        "中部標準時", "中部夏時間", "Central Standard Time", "Central Daylight Time",
    ),
    "America/Denver America/Phoenix America/Edmonton US/Mountain": (
        "山地標準時", "山地夏時間", "Mountain Standard Time", "Mountain Daylight Time",
    ),
    "America/Los_Angeles America/Vancouver US/Pacific": (
        "太平洋標準時", "太平洋夏時間", "Pacific Standard Time", "Pacific Daylight Time",
    ),
    "America/Anchorage": ("アラスカ標準時", "アラスカ夏時間", "Alaska Standard Time", "Alaska Daylight Time"),
    "Pacific/Honolulu US/Hawaii": ("ハワイ標準時", "", "Hawaii Standard Time", ""),
    "America/Sao_Paulo": (
        "ブラジリア標準時", "ブラジリア夏時間", "Brasilia Standard Time", "Brasilia Summer Time",
    ),
    "Australia/Sydney Australia/Melbourne Australia/Brisbane": (
        "オーストラリア東部標準時", "オーストラリア東部夏時間",
        "Australian Eastern Standard Time", "Australian Eastern Daylight Time",
    ),
    "Australia/Perth": ("オーストラリア西部標準時", "", "Australian Western Standard Time", ""),
    "Australia/Lord_Howe": (
        "ロードハウ標準時", "ロードハウ夏時間", "Lord Howe Standard Time", "Lord Howe Daylight Time",
    ),
    "Pacific/Auckland": (
        "ニュージーランド標準時", "ニュージーランド夏時間",
        "New Zealand Standard Time", "New Zealand Daylight Time",
    ),
    "UTC Etc/UTC Etc/GMT": ("協定世界時", "", "Coordinated Universal Time", ""),
}  # fmt: skip

_BY_ZONE = {zone: names for zones, names in _NAMES.items() for zone in zones.split()}


def zone_name(zone: str, *, summer: bool, language: Language) -> str:
    """日本標準時 for Asia/Tokyo; Yangon for the unlisted Asia/Yangon."""
    names = _BY_ZONE.get(zone)
    if names is None:
        return zone.rpartition("/")[2].replace("_", " ")
    ja, ja_summer, en, en_summer = names
    if language == Language.JA:
        return ja_summer if summer and ja_summer else ja
    return en_summer if summer and en_summer else en
