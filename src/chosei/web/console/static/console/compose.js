// The composing page. The rows of inputs are the truth; the week beside them shows and changes the same rows.
// All times are wall times of the member's zone, as the server sends and expects them ("2026-12-03T14:00").

import { timeOf } from "./dates.js";
import { CalendarFeed } from "./feed.js";
import { Row } from "./row.js";
import { Week } from "./week.js";

const NAMED = 3; // events under a candidate that are named

class Composer {
  constructor(form) {
    this.form = form;
    this.words = form.dataset;
    this.holder = form.querySelector(".candidate-rows");
    this.template = form.querySelector("[data-row-template]");
    this.total = form.querySelector('[name="candidates-TOTAL_FORMS"]');
    this.most = Number(form.querySelector('[name="candidates-MAX_NUM_FORMS"]').value);
    this.length = form.querySelector("[data-length]");
    this.status = form.querySelector("[data-status]");
    this.rows = [...this.holder.children].map((element) => this.adopt(element));
    const known = JSON.parse(document.getElementById("first-week").textContent);
    this.feed = new CalendarFeed(form.dataset, this.people(), known, () => this.refresh());
    this.week = new Week(form, this);
    this.prepareButtons();
    this.prepareKeys();
    this.prepareFormat();
    document.body.addEventListener("htmx:afterSwap", () => this.feed.setPeople(this.people()));
    for (const row of this.rows) row.element.hidden = row.empty && !row.element.querySelector(".errorlist");
    this.refresh();
    const first = this.rows.map((row) => row.span).filter(Boolean).sort((one, other) => one.start - other.start)[0];
    if (first) this.week.show(first.start);
  }

  // A link belongs to a web meeting; whoever wants one for a visit as well ticks it again.
  prepareFormat() {
    const format = this.form.querySelector('[name="format"]');
    format.addEventListener("change", () => {
      const link = this.form.querySelector('[name="web_meeting"]');
      if (!link.disabled) link.checked = format.value === "web";
    });
  }

  prepareButtons() {
    this.form.querySelector("[data-more]").hidden = true;
    const find = this.form.querySelector("[data-find]");
    find.addEventListener("click", (event) => {
      event.preventDefault();
      if (this.feed.people.length) this.find(find);
    });
    const add = this.form.querySelector("[data-add]");
    add.hidden = false;
    add.addEventListener("click", () => {
      const row = this.vacant();
      if (!row) return;
      row.element.hidden = false;
      row.day.focus();
    });
  }

  // Enter finds a colleague and finishes a field; it never presses the form's first button.
  prepareKeys() {
    this.form.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing || event.target.tagName !== "INPUT") return;
      event.preventDefault();
      if (event.target.name === "host_query") this.form.querySelector('[name="host_find"]').click();
    });
  }

  // The hosts chosen, in order, as the page lists them.
  people() {
    return [...this.form.querySelectorAll("[data-host]")].map((item, place) => ({
      id: Number(item.dataset.host),
      name: item.dataset.name,
      own: item.hasAttribute("data-own"),
      place: place + 1,
    }));
  }

  // One click for a few times at which everybody is free, around what is marked already.
  async find(button) {
    button.disabled = true;
    const note = this.form.querySelector("[data-found]");
    note.textContent = this.words.finding;
    note.hidden = false;
    const taken = this.rows.map((row) => row.wall).filter(Boolean);
    const asked = new URLSearchParams([["members", this.feed.people.map((one) => one.id).join()], ["minutes", this.minutes], ...taken.map((time) => ["taken", time])]);
    if (this.words.proposal) asked.set("proposal", this.words.proposal);
    const told = await fetch(`${this.words.free}?${asked}`, { headers: { Accept: "application/json" } })
      .then((answer) => (answer.ok && !answer.redirected ? answer.json() : Promise.reject(answer)))
      .catch(() => ({ times: [], note: this.words.failed }));
    button.disabled = false;
    for (const [start, end] of told.times) this.add(new Date(start), new Date(end));
    if (told.times.length) this.week.show(new Date(told.times[0][0]));
    note.textContent = [told.times.length ? this.words.found.replace("{n}", told.times.length) : "", told.note].join("");
  }

  adopt(element) {
    const row = new Row(element);
    const remove = element.querySelector("[data-remove]");
    remove.hidden = false;
    remove.addEventListener("click", () => {
      this.remove(row);
      this.form.querySelector("[data-add]").focus();
    });
    element.addEventListener("change", (event) => {
      if (event.target === row.startField && row.startField.value && !row.endField.value) this.proposeEnd(row);
      if (event.target !== row.keep) row.clearErrors();
      this.refresh();
      if (event.target === row.day && row.span) this.week.show(row.span.start);
    });
    return row;
  }

  proposeEnd(row) {
    const start = new Date(`${row.day.value || this.words.today}T${row.startField.value}`);
    const end = new Date(start.valueOf() + this.minutes * 60000);
    if (end.getDate() === start.getDate() || timeOf(end) === "00:00") row.endField.value = timeOf(end);
  }

  get minutes() {
    return Number(this.length.value);
  }

  // An empty row to fill in, made from the template when all are used; null when there are enough.
  vacant() {
    const unused = this.rows.find((row) => row.element.hidden) ?? this.rows.find((row) => row.empty);
    if (unused) return unused;
    if (this.rows.length >= this.most) {
      this.say(this.words.full);
      return null;
    }
    const fragment = this.template.content.cloneNode(true);
    for (const element of fragment.querySelectorAll("*")) {
      for (const name of ["id", "name", "for", "aria-describedby"]) {
        const value = element.getAttribute(name);
        if (value) element.setAttribute(name, value.replace("__prefix__", this.rows.length));
      }
    }
    const element = fragment.firstElementChild;
    this.holder.append(element);
    const row = this.adopt(element);
    this.rows.push(row);
    this.total.value = this.rows.length;
    return row;
  }

  // A candidate more; its row, or null when there are enough.
  add(start, end) {
    const row = this.vacant();
    if (!row) return null;
    row.element.hidden = false;
    row.write(start, end);
    this.say(`${this.words.added}: ${this.week.dates.label(start, end)}`);
    this.refresh();
    return row;
  }

  move(row, start, end) {
    row.write(start, end);
    this.say(`${this.words.moved}: ${this.week.dates.label(start, end)}`);
    this.refresh();
  }

  remove(row) {
    row.clear();
    row.element.hidden = true;
    this.say(this.words.removed);
    this.refresh();
  }

  say(sentence) {
    this.status.textContent = sentence;
  }

  // Whose events they are, and when: 鈴木 美咲 10:30〜11:30 定例.
  whose(events) {
    const told = events.map((one) => [one.person.name, this.week.dates.hours(one), one.named ? one.title : ""].filter(Boolean).join(" "));
    const each = [...new Set(told)];
    return each.slice(0, NAMED).join(this.week.dates.comma) + (each.length > NAMED ? "…" : "");
  }

  // The rows stand in the order of their times; not while somebody types in one of them.
  order() {
    if (this.holder.contains(document.activeElement)) return;
    const timed = this.rows.filter((row) => row.span).sort((one, other) => one.span.start - other.span.start);
    const wanted = [...timed, ...this.rows.filter((row) => !row.span)].map((row) => row.element);
    if (wanted.some((element, place) => this.holder.children[place] !== element)) this.holder.append(...wanted);
  }

  // Bring the notes of the rows, the week and the count in step with the rows.
  refresh() {
    if (!this.week) return;
    const now = new Date(new Date().toLocaleString("sv-SE", { timeZone: this.words.zone }).replace(" ", "T"));
    const shown = [];
    for (const row of this.rows) {
      const span = row.span;
      row.told.textContent = span ? this.week.dates.label(span.start, span.end) : "";
      if (!span) {
        row.tell("", false);
        continue;
      }
      this.feed.need(span.start);
      const under = this.feed.under(span.start, span.end);
      if (span.start <= now) row.tell(this.words.past, false);
      else if (under.length) row.tell(`${this.words.conflict}: ${this.whose(under)}`, true);
      else row.tell("", false);
      shown.push({ row, ...span, conflict: under.length > 0 });
    }
    const asked = this.rows.map((row) => row.wall ?? "").join();
    if (asked !== this.roomsAskedFor) document.body.dispatchEvent(new Event("rooms-asked")); // which are free then
    this.roomsAskedFor = asked;
    this.order();
    this.week.draw(shown, this.feed, now);
    const count = this.form.querySelector("[data-count-text]");
    count.parentElement.hidden = !shown.length;
    count.textContent = shown.length === 1 ? this.words.countOne : this.words.count.replace("{n}", shown.length);
  }
}

for (const form of document.querySelectorAll("[data-compose]")) new Composer(form);

