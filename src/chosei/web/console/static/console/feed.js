// The hosts' time, fetched a week at a time and kept. What could not be read is said, never taken for free.
import { iso, mondayOf, plusDays } from "./dates.js";

const AGAIN_AFTER = 2500; // milliseconds
const TRIES = 24;

const read = (event) => ({ ...event, start: new Date(event.start), end: new Date(event.end) });

export class CalendarFeed {
  // `people` are { id, name, place } in order; `first` is the week that came with the page.
  constructor(addresses, people, first, changed) {
    this.addresses = addresses;
    this.people = people;
    this.changed = changed;
    this.weeks = new Map(); // Monday -> { people: Map of id -> { events, unknown, linked }, off, failed }
    if (first) this.keep(first.monday, first, 0);
  }

  // Other hosts: every week looked at so far is read again, what is known of the others stays meanwhile.
  setPeople(people) {
    if (people.map((one) => one.id).join() === this.people.map((one) => one.id).join()) return;
    this.people = people;
    for (const key of this.weeks.keys()) this.fetchWeek(key, 0);
    this.changed();
  }

  // Make sure that the week of this day is there, or on its way.
  need(day) {
    const key = iso(mondayOf(day));
    if (!this.weeks.has(key)) this.fetchWeek(key, 0);
  }

  query(key) {
    const after = iso(plusDays(new Date(`${key}T00:00`), 7));
    const edited = this.addresses.proposal ? `&proposal=${this.addresses.proposal}` : "";
    return `from=${key}&to=${after}&members=${this.people.map((one) => one.id).join()}${edited}`;
  }

  async ask(address, key) {
    const answer = await fetch(`${address}?${this.query(key)}`, { headers: { Accept: "application/json" } });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    return answer.json();
  }

  async fetchWeek(key, tries) {
    if (!this.weeks.has(key)) this.weeks.set(key, { people: new Map(), off: [], failed: false });
    if (!this.people.length) return;
    const asked = this.people;
    try {
      const told = await this.ask(this.addresses.calendar, key);
      if (asked === this.people) this.keep(key, told, tries);
    } catch {
      this.weeks.get(key).failed = true;
      this.later(key, tries);
    }
    this.changed();
  }

  keep(key, told, tries) {
    const before = this.weeks.get(key);
    const people = new Map(told.people.map((one) => [one.id, { ...one, events: one.events.map(read) }]));
    for (const [id, one] of people) {
      const known = before?.people.get(id);
      if (!one.linked && known?.told) people.set(id, known);
    }
    this.weeks.set(key, { people, off: told.off.map(([start, end]) => ({ start: new Date(start), end: new Date(end) })), failed: false });
    if (told.people.some((one) => one.again)) this.later(key, tries);
    if (this.people.some((one) => !one.own)) this.fetchOutlook(key);
  }

  later(key, tries) {
    if (tries < TRIES) setTimeout(() => this.fetchWeek(key, tries + 1), AGAIN_AFTER);
  }

  // What Outlook shows of the others: all there is of those without a connection, and the titles they share.
  async fetchOutlook(key) {
    const asked = this.people;
    const told = await this.ask(this.addresses.outlook, key).catch(() => ({ people: [] }));
    if (asked !== this.people) return;
    for (const one of told.people) {
      const known = this.weeks.get(key).people.get(one.id);
      const events = one.events.map(read);
      if (!known || (known.linked && !events.some((event) => event.named))) continue;
      const ours = known.events.filter((event) => event.kind !== "event");
      const foreign = events.filter((event) => !ours.some((own) => +own.start === +event.start && +own.end === +event.end));
      Object.assign(known, { events: [...ours, ...foreign], unknown: known.linked ? known.unknown : null, told: true });
    }
    if (told.people.length) this.changed();
  }

  week(day) {
    return this.weeks.get(iso(mondayOf(day)));
  }

  // Whether the answer about this week is still on its way.
  waits(day) {
    const week = this.week(day);
    return Boolean(this.people.length && week && !week.failed && !week.people.size);
  }

  // Why somebody's time in this week cannot be told, with the person.
  doubts(day) {
    const week = this.week(day);
    return this.people.map((person) => ({ person, ...week?.people.get(person.id) })).filter((one) => one.unknown);
  }

  // Everything known, each once: { person, ...event }.
  all() {
    const seen = new Set();
    const found = [];
    for (const week of this.weeks.values()) {
      for (const person of this.people) {
        for (const event of week.people.get(person.id)?.events ?? []) {
          const key = `${person.id}|${event.kind}|${event.title}|${+event.start}|${+event.end}`;
          if (!seen.has(key)) found.push({ ...event, person });
          seen.add(key);
        }
      }
    }
    return found;
  }

  off() {
    return [...this.weeks.values()].flatMap((week) => week.off);
  }

  // What blocks between two wall times, and whose it is; an all-day event blocks its days.
  under(start, end) {
    return this.all().filter((event) => event.blocks && event.start < end && start < event.end);
  }
}
