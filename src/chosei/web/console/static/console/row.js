// One candidate as its row of inputs; the row is the truth, the week beside it shows the same.
import { iso, timeOf } from "./dates.js";

export class Row {
  constructor(element) {
    this.element = element;
    this.day = element.querySelector('input[type="date"]');
    [this.startField, this.endField] = element.querySelectorAll('input[type="time"]');
    this.keep = element.querySelector('[data-keep] input[type="checkbox"]');
    this.keepBox = element.querySelector("[data-keep]");
    this.note = element.querySelector("[data-note]");
    this.told = element.querySelector("[data-told]");
  }

  get empty() {
    return !this.day.value && !this.startField.value && !this.endField.value;
  }

  // The row as two wall times, or null while it is not a time yet.
  get span() {
    if (!this.day.value || !this.startField.value || !this.endField.value) return null;
    const start = new Date(`${this.day.value}T${this.startField.value}`);
    const end = new Date(`${this.day.value}T${this.endField.value}`);
    if (this.endField.value === "00:00") end.setDate(end.getDate() + 1);
    return Number.isNaN(start.valueOf()) || end <= start ? null : { start, end };
  }

  // The same as the server reads it.
  get wall() {
    const span = this.span;
    return span && `${iso(span.start)}T${timeOf(span.start)}/${iso(span.end)}T${timeOf(span.end)}`;
  }

  write(start, end) {
    this.day.value = iso(start);
    this.startField.value = timeOf(start);
    this.endField.value = timeOf(end);
    this.clearErrors();
  }

  clear() {
    for (const field of [this.day, this.startField, this.endField]) field.value = "";
    const room = this.element.querySelector("select");
    if (room) room.value = "";
    this.keep.checked = false;
    this.note.hidden = true;
    this.keepBox.hidden = true;
    this.clearErrors();
  }

  clearErrors() {
    for (const list of this.element.querySelectorAll(".errorlist")) list.remove();
    for (const field of this.element.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  }

  // What is wrong with this time, shown as it arises. A conflict can be kept knowingly.
  tell(sentence, conflict) {
    this.note.textContent = sentence;
    this.note.hidden = !sentence;
    this.keepBox.hidden = !conflict;
    if (!conflict) this.keep.checked = false;
  }
}
