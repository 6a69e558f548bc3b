import { grouped } from "./decimal";

/** Counts, sizes, speeds and durations for people. */
export function formatCount(count: number): string {
  return grouped(String(count));
}

/** A count with its noun: "1 account", "2,104 rows"; words without a plural of their own get an s. */
export function counted(count: number, one: string, several = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : several}`;
}

export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? value.toFixed(0) : value.toFixed(1)} ${units[unit]}`;
}

export function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "5 min ago", of an instant that has passed. */
export function ago(iso: string, now = Date.now()): string {
  const seconds = Math.max(0, (now - Date.parse(iso)) / 1000);
  if (seconds < 60) return "just now";
  const days = Math.floor(seconds / 86_400);
  if (days >= 1) return days === 1 ? "1 day ago" : `${days} days ago`;
  return `${seconds < 3600 ? formatSeconds(seconds) : `${Math.floor(seconds / 3600)} h`} ago`;
}
