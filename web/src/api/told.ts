let told = false;

/** Whether the server tells when something changes. */
export function isTold(): boolean {
  return told;
}

/** What the listener knows of it. */
export function beTold(now: boolean): void {
  told = now;
}

/** How often something is asked for: not at all while the server tells when it changes. */
export function whileUntold(interval: number): number | false {
  return told ? false : interval;
}
