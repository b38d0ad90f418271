// Dates and times as the composing page says them, in its language. All are wall times of the member's zone.
export const DAY = 24 * 60; // minutes

const pad = (number) => String(number).padStart(2, "0");
export const iso = (day) => `${day.getFullYear()}-${pad(day.getMonth() + 1)}-${pad(day.getDate())}`;
export const timeOf = (wall) => `${pad(wall.getHours())}:${pad(wall.getMinutes())}`;
export const minutesOf = (wall) => wall.getHours() * 60 + wall.getMinutes();
export const wallTime = (day, minutes) => new Date(day.getFullYear(), day.getMonth(), day.getDate(), 0, minutes);
export const plusDays = (day, days) => new Date(day.getFullYear(), day.getMonth(), day.getDate() + days);
export const mondayOf = (day) => plusDays(day, -((day.getDay() + 6) % 7));

export class Dates {
  constructor(language, allDay) {
    this.ja = language.startsWith("ja");
    this.locale = this.ja ? "ja" : "en-US";
    this.allDay = allDay;
    this.dash = this.ja ? "〜" : "–";
    this.comma = this.ja ? "、" : ", ";
    this.names = [0, 1, 2, 3, 4, 5, 6].map((place) => new Date(2026, 10, 22 + place).toLocaleDateString(this.locale, { weekday: "short" }));
  }

  clock(time) {
    return `${time.getHours()}:${pad(time.getMinutes())}`;
  }

  weekday(day) {
    return this.names[day.getDay()];
  }

  // As short as the head of a column is.
  head(day) {
    return this.ja ? `${day.getMonth() + 1}/${day.getDate()}` : this.date(day);
  }

  date(day) {
    if (this.ja) return `${day.getMonth() + 1}月${day.getDate()}日`;
    return day.toLocaleDateString(this.locale, { day: "numeric", month: "short" });
  }

  day(day) {
    return this.ja ? `${this.date(day)}(${this.weekday(day)})` : `${this.weekday(day)}, ${this.date(day)}`;
  }

  period(first, last) {
    const year = first.getFullYear();
    if (iso(first) === iso(last)) return this.ja ? `${year}年${this.day(first)}` : `${this.day(first)}, ${year}`;
    return this.ja ? `${year}年${this.date(first)}〜${this.date(last)}` : `${this.date(first)} – ${this.date(last)}, ${last.getFullYear()}`;
  }

  hours({ start, end, allDay }) {
    return allDay ? this.allDay : `${this.clock(start)}${this.dash}${this.clock(end)}`;
  }

  label(start, end) {
    return `${this.day(start)}${this.ja ? "" : ","} ${this.hours({ start, end })}`;
  }
}
