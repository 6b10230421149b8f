// The official libsignal package behind standard input and output: lines.mjs has the form, README.md and operations*.mjs the
// operations. Requests are done one after the other in the order in which they came.
import { serve } from './lines.mjs';
import { operations } from './operations.mjs';

await serve(operations, { inOrder: true });
