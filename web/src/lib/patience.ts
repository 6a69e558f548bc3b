/** Waits for something, but no longer than so many milliseconds. */
export function atMost(ms: number, something: Promise<void>): Promise<void> {
  return Promise.race([something, new Promise<void>((resolve) => setTimeout(resolve, ms))]);
}
