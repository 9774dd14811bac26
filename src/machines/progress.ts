/** How far a long piece of work has come, for people. */
export interface Progress {
  machine: string;
  stage: 'check' | 'image' | 'resources' | 'start' | 'ready' | 'provision' | 'rollback';
  message: string;
  /** 0 to 1, where it is known. */
  fraction?: number;
}

/** What long work takes: a signal that ends it, and somebody to tell how far it has come. */
export interface WorkOptions {
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
}

/** Of work at whose end a machine answers over ssh. */
export interface StartOptions extends WorkOptions {
  /** How long it may take from its start until then; without it HVKIT_TIMEOUT, the setting `timeout`, or 5 minutes. */
  timeoutMs?: number;
}
