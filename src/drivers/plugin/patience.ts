/** Milliseconds until what does not answer is taken to hang. */
export interface Patience {
  /** Until it says where it listens, and greets. */
  start: number;
  /** For what it knows by itself, or asks one thing for. */
  question: number;
  /** For the state of a machine, which `ls` waits for. */
  state: number;
  /** For work such as making a machine. That it lives all the while is told by its heart. */
  work: number;
  /** How often the heart is felt. A program that is not asked for 10 s ends by itself. */
  heartbeat: number;
  /** Until a heart that does not answer has stopped. */
  heart: number;
}

export const PATIENCE: Patience = {
  start: 10_000,
  question: 60_000,
  state: 8_000,
  work: 3_600_000,
  heartbeat: 5_000,
  heart: 20_000,
};
