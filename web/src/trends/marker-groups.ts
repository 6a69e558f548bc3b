/** Least room between two marks, in pixels: each can be hit by itself. */
const apart = 30;

export interface Placed<T> {
  /** Where on the axis, in pixels. */
  x: number;
  items: T[];
}

/** Marks that would lie on each other become one, in the middle of those that it stands for. */
export function placed<T>(items: readonly { x: number; item: T }[]): Placed<T>[] {
  const groups: { xs: number[]; items: T[] }[] = [];
  for (const { x, item } of [...items].sort((a, b) => a.x - b.x)) {
    const last = groups.at(-1);
    const first = last?.xs[0];
    if (last && first !== undefined && x - first < apart) {
      last.xs.push(x);
      last.items.push(item);
    } else groups.push({ xs: [x], items: [item] });
  }
  // Of a group the first stays in place: then no two groups are nearer than their firsts are.
  return groups.map(({ xs: [x = 0], items }) => ({ x, items }));
}
