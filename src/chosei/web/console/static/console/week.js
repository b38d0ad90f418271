// The week as a grid, drawn by EventCalendar (a global of its bundle): events, holds and candidates; click, drag, resize.
import { iso, mondayOf } from "./feed.js";

const sameAs = (value) => JSON.stringify(value, (name, part) => (name === "row" ? part.element.querySelector("input").name : part));
const PHONE = matchMedia("(max-width: 47.99rem)");

export class Week {
  constructor(form, composer) {
    this.form = form;
    this.composer = composer;
    this.ja = form.dataset.language.startsWith("ja");
    this.locale = this.ja ? "ja" : "en";
    this.grid = form.querySelector("[data-grid]");
    this.doubt = form.querySelector("[data-doubt]");
    this.title = form.querySelector("[data-title]");
    this.legend = form.querySelector("[data-legend]");
    this.weekend = form.querySelector("[data-weekend]");
    this.day = new Date(`${form.dataset.today}T00:00`);
    if (!window.EventCalendar) return; // the rows work without it
    this.drawn = this.shown([], composer.feed);
    this.calendar = window.EventCalendar.create(this.grid, { ...this.options(), ...this.drawn });
    this.prepareToolbar();
  }

  options() {
    const composer = this.composer;
    return {
      ...this.view(),
      date: this.day,
      locale: this.locale,
      firstDay: 1,
      headerToolbar: { start: "", center: "", end: "" },
      allDayContent: this.form.dataset.allday,
      slotDuration: "00:30",
      snapDuration: "00:15",
      slotHeight: 28,
      slotMinTime: "08:00",
      slotMaxTime: "20:00",
      flexibleSlotTimeLimits: true,
      slotLabelFormat: (time) => `${time.getHours()}:00`,
      dayHeaderFormat: (day) => ({ html: this.dayHead(day) }),
      nowIndicator: Intl.DateTimeFormat().resolvedOptions().timeZone === this.form.dataset.zone,
      editable: true,
      selectable: true,
      longPressDelay: 350,
      eventContent: (info) => ({ domNodes: this.inside(info.event) }),
      dateClick: (info) => info.allDay || composer.addAt(info.date),
      select: (info) => {
        if (!info.allDay && info.start.getDate() === new Date(info.end - 1).getDate()) composer.add(info.start, info.end);
        this.calendar.unselect();
      },
      eventDrop: (info) => this.dropped(info),
      eventResize: (info) => this.dropped(info),
      eventClick: (info) => this.clicked(info),
      datesSet: (info) => this.moved(info),
      eventAllUpdated: () => this.tidy(),
    };
  }

  view() {
    return PHONE.matches
      ? { view: "timeGridDay", hiddenDays: [] }
      : { view: "timeGridWeek", hiddenDays: this.weekend.checked ? [] : [0, 6] };
  }

  prepareToolbar() {
    this.form.querySelector("[data-toolbar]").hidden = false;
    this.form.querySelector("[data-previous]").addEventListener("click", () => this.calendar.prev());
    this.form.querySelector("[data-next]").addEventListener("click", () => this.calendar.next());
    this.form.querySelector("[data-now]").addEventListener("click", () => this.show(new Date(`${this.form.dataset.today}T00:00`)));
    const adjust = () => {
      for (const [name, value] of Object.entries(this.view())) this.calendar.setOption(name, value);
    };
    this.weekend.addEventListener("change", adjust);
    PHONE.addEventListener("change", adjust);
  }

  show(day) {
    if (this.calendar && (day.getDay() === 0 || day.getDay() === 6) && !this.weekend.checked) {
      this.weekend.checked = true;
      this.calendar.setOption("hiddenDays", []);
    }
    this.calendar?.gotoDate(PHONE.matches ? day : mondayOf(day));
  }

  moved(info) {
    this.day = info.start;
    const last = new Date(info.end - 1);
    if (!PHONE.matches && !this.weekend.checked) last.setDate(last.getDate() - ((last.getDay() + 2) % 7));
    this.title.textContent = this.period(info.start, last);
    this.composer.feed.need(info.start);
    if (this.calendar) this.composer.refresh();
  }

  dropped(info) {
    const { start, end } = info.event;
    if (info.event.allDay || start.getDate() !== new Date(end - 1).getDate()) info.revert();
    else this.composer.move(info.event.extendedProps.row, start, end);
  }

  // A candidate leads to its row; on anybody's event a candidate may be placed knowingly.
  clicked(info) {
    const { row } = info.event.extendedProps;
    if (row) return row.startField.focus();
    const at = this.calendar.dateFromPoint(info.jsEvent.clientX, info.jsEvent.clientY);
    if (at && !at.allDay) this.composer.addAt(at.date);
  }

  draw(candidates, feed) {
    this.tellDoubts(feed);
    this.drawLegend(feed.people);
    if (!this.calendar) return;
    const wanted = this.shown(candidates, feed);
    for (const [name, value] of Object.entries(wanted)) {
      // Drawing hundreds of blocks takes its time: only what has changed is.
      if (sameAs(this.drawn[name]) !== sameAs(value)) this.calendar.setOption(name, value);
    }
    this.drawn = wanted;
  }

  // What the calendar is told: everybody's time, and the candidates over it.
  shown(candidates, feed) {
    const events = feed.all();
    const fixed = { editable: false, startEditable: false, durationEditable: false };
    const drawn = [
      ...feed.off().map((time, place) => ({ ...fixed, id: `o${place}`, ...time, display: "background", classNames: ["off-hours"] })),
      ...events.map((event, place) => ({
        ...fixed,
        id: `e${place}`,
        start: event.start,
        end: event.end,
        allDay: event.allDay,
        title: this.words(event, feed.people.length > 1),
        classNames: ["cal-block", `host-${event.person.place}`, event.kind, ...(event.tentative ? ["tentative"] : []), ...(event.blocks ? [] : ["loose"])],
      })),
      ...candidates.map(({ row, start, end, conflict }, place) => ({
        id: `c${place}`,
        start,
        end,
        title: this.form.dataset.candidate,
        classNames: ["cal-block", "hold", "candidate", ...(conflict ? ["conflict"] : [])],
        extendedProps: { row },
      })),
    ];
    return { allDaySlot: events.some((event) => event.allDay), events: drawn };
  }

  // Among several people every block says whose it is: a colour alone says nothing.
  words(event, several) {
    if (!several) return event.title;
    return event.named || event.kind === "hold" ? `${event.person.name} ${event.title}` : event.person.name;
  }

  tellDoubts(feed) {
    const failed = feed.week(this.day)?.failed;
    const doubts = feed.doubts(this.day);
    const linked = doubts.filter((one) => one.linked || one.person.own);
    const sentences = linked.map((one) => (one.person.own ? one.unknown : `${one.person.name}: ${one.unknown}`));
    const told = failed ? this.form.dataset.failed : sentences.join(" ");
    this.doubt.hidden = !told;
    this.doubt.querySelector("span").textContent = told;
    this.grid.classList.toggle("unknown", Boolean(told));
    this.unseen = new Set(doubts.map((one) => one.person.id));
  }

  // A colour, a name, and whether anything is known of the time.
  drawLegend(people) {
    for (const item of this.legend.querySelectorAll("[data-person]")) item.remove();
    const items = people.map((person) => {
      const item = document.createElement("li");
      const swatch = document.createElement("span");
      item.dataset.person = person.id;
      swatch.className = this.unseen.has(person.id) ? "cal-swatch unknown" : `cal-swatch host-${person.place}`;
      item.append(swatch, this.unseen.has(person.id) ? `${person.name} (${this.form.dataset.unseen})` : person.name);
      return item;
    });
    this.legend.prepend(...items);
  }

  // The bundle marks its corner as a landmark and its articles as buttons; the rows are what the keyboard works on.
  tidy() {
    for (const corner of this.grid.querySelectorAll("aside")) corner.setAttribute("role", "presentation");
    for (const event of this.grid.querySelectorAll(".ec-event")) {
      event.removeAttribute("role");
      event.removeAttribute("tabindex");
    }
    for (const shade of this.grid.querySelectorAll(".off-hours")) shade.setAttribute("aria-hidden", "true");
  }

  inside(event) {
    const line = document.createElement("span");
    line.textContent = event.extendedProps.row ? `${event.title} ${this.clock(event.start)}` : event.title;
    return [line];
  }

  clock(time) {
    return `${time.getHours()}:${String(time.getMinutes()).padStart(2, "0")}`;
  }

  weekday(day) {
    return day.toLocaleDateString(this.locale, { weekday: "short" });
  }

  dayHead(day) {
    const date = this.ja ? `${day.getMonth() + 1}/${day.getDate()}` : day.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
    return `<strong>${date}</strong><span>${this.weekday(day)}</span>`;
  }

  date(day) {
    if (this.ja) return `${day.getMonth() + 1}月${day.getDate()}日`;
    return day.toLocaleDateString("en-GB", { day: "numeric", month: "short" });
  }

  period(first, last) {
    const year = first.getFullYear();
    const single = iso(first) === iso(last);
    if (this.ja) return single ? `${year}年${this.date(first)}(${this.weekday(first)})` : `${year}年${this.date(first)}〜${this.date(last)}`;
    return single ? `${this.weekday(first)}, ${this.date(first)} ${year}` : `${this.date(first)} – ${this.date(last)} ${last.getFullYear()}`;
  }

  hours({ start, end, allDay }) {
    return allDay ? this.form.dataset.allday : `${this.clock(start)}${this.ja ? "〜" : "–"}${this.clock(end)}`;
  }

  label(start, end) {
    const dash = this.ja ? "〜" : "–";
    const day = this.ja ? `${this.date(start)}(${this.weekday(start)})` : `${this.weekday(start)}, ${this.date(start)}`;
    return `${day} ${this.clock(start)}${dash}${this.clock(end)}`;
  }
}
