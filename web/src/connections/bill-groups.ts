import type { BillQuestion } from "../api/types";

/** Questions about the same two candidates, with the same answer: their months, newest first. */
export interface Group {
  key: string;
  months: [BillQuestion, ...BillQuestion[]];
}

/** Groups questions, so that two connections of one bill are one question however many months both hold. */
export function grouped(questions: readonly BillQuestion[]): Group[] {
  const groups = new Map<string, Group>();
  for (const question of questions) {
    const sides = question.candidates.map((one) => `${one.connection}\n${one.name}`).sort();
    const { state, choice } = question;
    const winner = choice && question.candidates[choice.winner];
    const key = JSON.stringify([sides, state, choice?.from, winner?.connection, winner?.name]);
    const group = groups.get(key);
    if (group) group.months.push(question);
    else groups.set(key, { key, months: [question] });
  }
  const open = (group: Group) => (isOpen(group.months[0]) ? 0 : 1);
  return [...groups.values()].sort((one, other) => open(one) - open(other));
}

/** Whether somebody has to choose. */
export function isOpen(question: BillQuestion): boolean {
  return question.state === "open" || question.state === "nowhere";
}

/** The months that a choice may begin with, oldest first: those that are asked about. */
export function monthsOf(group: Group): string[] {
  return [...new Set(group.months.map((one) => one.period))].sort();
}
