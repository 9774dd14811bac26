import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const PROMPT = '\x1b[1;32m$\x1b[0m ';
const TYPING = 45;
const BEFORE_ENTER = 350;
const AFTER_COMMAND = 1100;
/** A command that takes longer is shown as fast as this: the picture is of what happens, not of how fast a machine is. */
const LONGEST = 2500;

/**
 * Runs the commands in terminals of this size.
 * @returns {Promise<{ output: { at: number, text: string }[], failed?: string }>} what a terminal is fed, and when (ms)
 */
export async function capture(commands, { columns, rows, bin }) {
  const folder = mkdtempSync(join(tmpdir(), 'record-'));
  symlinkSync(join(bin, 'hvkit.js'), join(folder, 'hvkit'));
  const output = [];
  let now = 0;
  const show = (text, wait) => {
    now += wait;
    output.push({ at: now, text });
  };
  try {
    for (const command of commands) {
      show(PROMPT, 0);
      for (const letter of command) show(letter, TYPING);
      show('\r\n', BEFORE_ENTER);
      const begin = Date.now();
      const chunks = [];
      const status = await run(command, { columns, rows, folder }, (text) =>
        chunks.push({ at: Date.now() - begin, text }),
      );
      const length = Date.now() - begin;
      const pace = Math.min(1, LONGEST / length);
      let last = 0;
      for (const { at, text } of chunks) {
        show(text, (at - last) * pace);
        last = at;
      }
      now += (length - last) * pace;
      if (status !== 0) return { output, failed: command };
      now += AFTER_COMMAND;
    }
    show(PROMPT, 0);
  } finally {
    rmSync(folder, { recursive: true });
  }
  return { output };
}

/** In a terminal of its own, which script(1) makes. */
function run(command, { columns, rows, folder }, onText) {
  const child = spawn(
    'script',
    ['--quiet', '--flush', '--return', '--command', `stty cols ${columns} rows ${rows}; ${command}`, '/dev/null'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        PATH: folder + delimiter + process.env.PATH,
        TERM: 'xterm-256color',
        CI: '',
        SHELL: '/bin/bash',
      },
    },
  );
  child.stdout.setEncoding('utf8').on('data', (text) => {
    process.stdout.write(text);
    onText(text);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
}
