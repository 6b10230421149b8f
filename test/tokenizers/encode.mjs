// Prints the tokens of texts, one list a line, as Hugging Face's tokenizers or Google's SentencePiece (compiled to WebAssembly) see them.
//   node encode.mjs tokenizer.json|tokenizer.model < texts.json
import { readFileSync } from 'node:fs';

const path = process.argv[2];
const texts = JSON.parse(readFileSync(0, 'utf8'));
let encode;
if (path.endsWith('.json')) {
  const { Tokenizer } = await import('@huggingface/tokenizers');
  const tokenizer = new Tokenizer(JSON.parse(readFileSync(path, 'utf8')), {});
  encode = (text) => tokenizer.encode(text, { add_special_tokens: false }).ids;
} else {
  const { SentencePieceProcessor } = (await import('@agnai/sentencepiece-js')).default;
  const processor = new SentencePieceProcessor();
  await processor.load(path);
  encode = (text) => processor.encodeIds(text);
}
for (const text of texts) {
  console.log(JSON.stringify(Array.from(encode(text))));
}
