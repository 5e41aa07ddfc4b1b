#!/usr/bin/env node
import { run } from '../dist/cli/run.js';

void run(process.argv.slice(2), process.env).then((code) => {
  process.exitCode = code;
});
