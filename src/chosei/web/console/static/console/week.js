// The week on the composing page (a day on the phone): which days are shown, whose time it is, and what is done in the grid.
import { Cursor } from "./cursor.js";
import { Dates, DAY, iso, minutesOf, mondayOf, plusDays, wallTime } from "./dates.js";
import { Gestures } from "./gestures.js";
import { Grid, SLOT, within } from "./grid.js";

const PHONE = matchMedia("(max-width: 47.99rem)");
const HOUR = 60;
const soon = window.requestIdleCallback ?? ((act) => setTimeout(act, 50));

export class Week {
  constructor(form, composer) {
    this.words = form.dataset;
    this.composer = composer;
    this.dates = new Dates(form.dataset.language, form.dataset.allday);
    this.root = form.querySelector("[data-grid]");
    this.doubt = form.querySelector("[data-doubt]");
    this.title = form.querySelector("[data-title]");
    this.legend = form.querySelector("[data-legend]");
    this.weekend = form.querySelector("[data-weekend]");
    this.today = new Date(`${form.dataset.today}T00:00`);
    this.day = this.today;
    this.hours = { from: 8 * HOUR, to: 20 * HOUR }; // what is shown at least
    this.grid = new Grid(this.root, form.dataset.gridName, this.dates);
    this.cursor = new Cursor(this.grid, this, composer);
    this.gestures = new Gestures(this.grid, this);
    this.prepareToolbar(form.querySelector("[data-toolbar]"));
  }

  get days() {
    if (PHONE.matches) return [this.day];
    const monday = mondayOf(this.day);
    return Array.from({ length: this.weekend.checked ? 7 : 5 }, (_, place) => plusDays(monday, place));
  }

  prepareToolbar(toolbar) {
    const [previous, now, next] = ["[data-previous]", "[data-now]", "[data-next]"].map((one) => toolbar.querySelector(one));
    const name = () => {
      previous.setAttribute("aria-label", PHONE.matches ? previous.dataset.day : previous.dataset.week);
      next.setAttribute("aria-label", PHONE.matches ? next.dataset.day : next.dataset.week);
      now.textContent = PHONE.matches ? now.dataset.day : now.dataset.week;
    };
    name();
    toolbar.hidden = false;
    previous.addEventListener("click", () => this.turn(-1));
    next.addEventListener("click", () => this.turn(1));
    now.addEventListener("click", () => this.show(this.today));
    this.weekend.addEventListener("change", () => this.composer.refresh());
    PHONE.addEventListener("change", () => {
      name();
      this.composer.refresh();
    });
  }

  // The week, or on the phone the day, of `day`.
  show(day) {
    if (!PHONE.matches && day.getDay() % 6 === 0) this.weekend.checked = true;
    this.day = plusDays(day, 0);
    this.composer.feed.need(day);
    this.composer.refresh();
  }

  turn(steps) {
    const day = plusDays(PHONE.matches ? this.day : mondayOf(this.day), steps * (PHONE.matches ? 1 : 7));
    this.show(day);
  }

  // `candidates` are { row, start, end, conflict }.
  draw(candidates, feed, now) {
    this.late = this.gestures.busy;
    if (this.late) return; // a finger loses what is drawn anew beneath it; settle() comes back to it
    const { days } = this;
    this.tellDoubts(feed);
    this.drawLegend(feed.people);
    const period = this.dates.period(days[0], days[days.length - 1]);
    if (this.title.textContent !== period) this.title.textContent = period;
    this.events = feed.all().filter((one) => days.some((day) => within(day, one)));
    Object.assign(this, { candidates, now, shades: feed.off() });
    const focused = this.grid.root.contains(document.activeElement);
    const { from, to } = this.range(days);
    if (this.grid.frame(days, from, to)) this.cursor.restore(focused);
    this.grid.draw({
      blocks: this.events.map((event) => this.block(event, feed.people.length > 1)),
      candidates: candidates.map((one) => this.candidate(one)),
      shades: this.shades,
      now,
    });
    this.describe();
  }

  // From when until when: the working day, and whatever lies outside of it.
  range(days) {
    const spans = [...this.events.filter((one) => !one.allDay), ...this.candidates];
    const parts = days.flatMap((day) => spans.map((one) => within(day, one)).filter(Boolean));
    const from = Math.min(this.hours.from, ...parts.map((one) => one.from));
    const to = Math.max(this.hours.to, ...parts.map((one) => one.to));
    return { from: Math.floor(from / HOUR) * HOUR, to: Math.ceil(to / HOUR) * HOUR };
  }

  // Among several people every block says whose it is: a colour alone says nothing.
  block(event, several) {
    const titled = event.named || event.kind === "hold" || !several ? event.title : "";
    const title = [several ? event.person.name : "", titled].filter(Boolean).join(" ");
    const classes = [`host-${event.person.place}`, event.kind];
    if (event.tentative) classes.push("tentative");
    if (!event.blocks) classes.push("loose");
    return { ...event, title, hint: `${this.dates.hours(event)} ${title}`, classes };
  }

  candidate({ row, start, end, conflict }) {
    const classes = ["hold", "candidate"];
    if (conflict) classes.push("conflict");
    if (row === this.gestures.picked) classes.push("picked");
    return { row, start, end, title: `${this.words.candidate} ${this.dates.clock(start)}`, hint: this.dates.hours({ start, end }), classes };
  }

  tellDoubts(feed) {
    const failed = feed.week(this.day)?.failed;
    const doubts = feed.doubts(this.day);
    const linked = doubts.filter((one) => one.linked || one.person.own);
    const sentences = linked.map((one) => (one.person.own ? one.unknown : `${one.person.name}: ${one.unknown}`));
    const told = failed ? this.words.failed : sentences.join(" ");
    const waits = feed.waits(this.day);
    this.doubt.hidden = !told;
    this.doubt.querySelector("span").textContent = told;
    this.root.classList.toggle("unknown", Boolean(told) || waits);
    this.root.setAttribute("aria-busy", waits);
    this.unseen = new Set(doubts.map((one) => one.person.id));
    this.unsure = failed || waits || this.unseen.size > 0;
  }

  // A colour, a name, and whether anything is known of the time.
  drawLegend(people) {
    for (const item of this.legend.querySelectorAll("[data-person]")) item.remove();
    const items = people.map((person) => {
      const item = document.createElement("li");
      const swatch = document.createElement("span");
      item.dataset.person = person.id;
      swatch.className = this.unseen.has(person.id) ? "cal-swatch unknown" : `cal-swatch host-${person.place}`;
      item.append(swatch, this.unseen.has(person.id) ? `${person.name} (${this.words.unseen})` : person.name);
      return item;
    });
    this.legend.prepend(...items);
  }

  // Every cell says for itself what lies in it; when there is time for it.
  describe() {
    if (this.describing) return;
    this.describing = true;
    soon(() => {
      this.describing = false;
      const days = this.grid.days.map((day) => this.events.filter((one) => within(day, one)));
      for (const [place, cell] of this.grid.cells) {
        const [column, minutes] = place.split(" ").map(Number);
        cell.setAttribute("aria-label", this.tell(column, minutes, days[column]));
      }
    });
  }

  // 11月25日(水) 14:00、候補 14:00〜15:00、鈴木 美咲 14:00〜14:30
  tell(column, minutes, events = this.events) {
    const time = this.span(column, { from: minutes, to: minutes + SLOT });
    const here = (one) => one.start < time.end && time.start < one.end;
    const marked = this.candidates.filter(here).map((one) => `${this.words.candidate} ${this.dates.hours(one)}`);
    const taken = this.composer.whose(events.filter((one) => one.blocks && here(one)));
    const off = this.shades.some(here) ? this.words.off : "";
    const free = this.unsure ? this.words.unseen : off || marked.length ? "" : this.words.nobody;
    const past = time.start <= this.now ? this.words.past : "";
    return [`${this.dates.day(time.start)} ${this.dates.clock(time.start)}`, ...marked, taken || free, off, past].filter(Boolean).join(this.dates.comma);
  }

  // --- what gestures and the cursor ask for -------------------------------------------------------------------

  span(column, { from, to }) {
    return { start: wallTime(this.grid.days[column], from), end: wallTime(this.grid.days[column], to) };
  }

  spanOf(row) {
    const { start, end } = row.span;
    const column = this.grid.days.findIndex((day) => iso(day) === iso(start));
    return { column, ...within(start, { start, end }) };
  }

  hoursOf({ column, span }) {
    return this.dates.hours(this.span(column, span));
  }

  rowAt(column, minutes) {
    const { start, end } = this.span(column, { from: minutes, to: minutes + SLOT });
    return this.candidates.find((one) => one.start < end && start < one.end)?.row;
  }

  // A candidate of the chosen length, within the day.
  mark(column, minutes) {
    const { start, end } = this.span(column, { from: minutes, to: Math.min(minutes + this.composer.minutes, DAY) });
    return this.composer.add(start, end);
  }

  marked(column, span) {
    const { start, end } = this.span(column, span);
    this.composer.add(start, end);
  }

  changed(row, column, span) {
    const { start, end } = this.span(column, span);
    this.composer.move(row, start, end);
  }

  tapped(column, minutes, byFinger) {
    this.cursor.set(column, minutes, false);
    const row = this.mark(column, minutes);
    if (byFinger && row) this.pick(row);
  }

  // A mouse leads to the row at once; a finger first takes hold of the candidate, whose handles then show.
  picked(row, byFinger) {
    if (byFinger && row !== this.gestures.picked) this.pick(row);
    else row.startField.focus();
  }

  pick(row) {
    this.gestures.picked = row;
    this.composer.refresh();
  }

  settle() {
    if (this.late) this.composer.refresh();
  }

  // More of the day, where the cursor leaves what is shown of it.
  widen(minutes) {
    this.hours = { from: Math.min(this.hours.from, minutes), to: Math.max(this.hours.to, minutes + SLOT) };
    if (minutes < this.grid.from || minutes >= this.grid.to) this.composer.refresh();
  }

  // The cursor goes with a candidate that it has moved.
  follow(start, cursor) {
    if (!this.grid.days.some((day) => iso(day) === iso(start))) this.show(start);
    cursor.set(this.grid.days.findIndex((day) => iso(day) === iso(start)), minutesOf(start), true);
  }
}
