/**
 * Virtual time in whole microseconds, with scheduled events. Nothing waits: time jumps to the next event.
 */
export class VirtualClock {
  /** The present, in microseconds since the simulation started. */
  nowUs = 0;

  /** A binary heap: the earliest event first, and events of the same time in their order. */
  private readonly events: ScheduledEvent[] = [];
  private order = 0;

  /** Schedules `action` for `timeUs`, or for now if that is past. */
  at(timeUs: number, action: () => void): void {
    const event = { timeUs: Math.max(Math.round(timeUs), this.nowUs), order: this.order++, action };
    const events = this.events;
    let index = events.length;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = events[above] as ScheduledEvent;
      if (isBefore(parent, event)) {
        break;
      }
      events[index] = parent;
      index = above;
    }
    events[index] = event;
  }

  /** Schedules `action` for `delayUs` from now. */
  after(delayUs: number, action: () => void): void {
    this.at(this.nowUs + delayUs, action);
  }

  /** Time of the next event, or infinity without one. */
  get nextAtUs(): number {
    return this.events[0]?.timeUs ?? Number.POSITIVE_INFINITY;
  }

  /** Advances to the next event and runs it. Returns false if no event is left. */
  step(): boolean {
    const next = this.events[0];
    if (next === undefined) {
      return false;
    }
    this.removeFirst();
    this.nowUs = next.timeUs;
    next.action();
    return true;
  }

  private removeFirst(): void {
    const events = this.events;
    const last = events.pop() as ScheduledEvent;
    const size = events.length;
    if (size === 0) {
      return;
    }
    let index = 0;
    for (;;) {
      let below = 2 * index + 1;
      if (below >= size) {
        break;
      }
      if (below + 1 < size && isBefore(events[below + 1] as ScheduledEvent, events[below] as ScheduledEvent)) {
        below++;
      }
      const child = events[below] as ScheduledEvent;
      if (isBefore(last, child)) {
        break;
      }
      events[index] = child;
      index = below;
    }
    events[index] = last;
  }
}

interface ScheduledEvent {
  readonly timeUs: number;
  readonly order: number;
  readonly action: () => void;
}

function isBefore(one: ScheduledEvent, other: ScheduledEvent): boolean {
  return one.timeUs < other.timeUs || (one.timeUs === other.timeUs && one.order < other.order);
}

/**
 * A timer that can be set again and again. Setting it to a later time adds no event to the clock: the present event finds
 * that it came too early, and schedules itself again.
 */
export class VirtualTimer {
  private dueUs = Number.POSITIVE_INFINITY;
  private eventUs = Number.POSITIVE_INFINITY;

  constructor(
    private readonly clock: VirtualClock,
    private readonly action: () => void,
  ) {}

  /** Whether the timer is set. */
  get isSet(): boolean {
    return this.dueUs !== Number.POSITIVE_INFINITY;
  }

  /** Sets the timer, in place of an earlier setting. */
  set(dueUs: number): void {
    this.dueUs = Math.max(dueUs, this.clock.nowUs);
    if (this.dueUs < this.eventUs) {
      this.schedule(this.dueUs);
    }
  }

  /** Clears the timer. */
  clear(): void {
    this.dueUs = Number.POSITIVE_INFINITY;
  }

  private schedule(timeUs: number): void {
    this.eventUs = timeUs;
    this.clock.at(timeUs, () => this.fired(timeUs));
  }

  private fired(timeUs: number): void {
    if (timeUs !== this.eventUs) {
      // An earlier event has replaced this one.
      return;
    }
    this.eventUs = Number.POSITIVE_INFINITY;
    if (this.dueUs > this.clock.nowUs) {
      if (this.isSet) {
        this.schedule(this.dueUs);
      }
      return;
    }
    this.clear();
    this.action();
  }
}

/** Microseconds in a millisecond. */
export const US_PER_MS = 1000;
