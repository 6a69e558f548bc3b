/** A list with one item a place further up (-1) or down (1); over its ends nothing moves. */
export function moved<Item>(list: readonly Item[], at: number, by: -1 | 1): Item[] {
  const next = [...list];
  const [item, other] = [list[at], list[at + by]];
  if (item === undefined || other === undefined) return next;
  next[at] = other;
  next[at + by] = item;
  return next;
}

export function without<Item>(list: readonly Item[], at: number): Item[] {
  return list.filter((_, index) => index !== at);
}

export function replaced<Item>(list: readonly Item[], at: number, item: Item): Item[] {
  return list.map((one, index) => (index === at ? item : one));
}
