import { closeSync, copyFileSync, existsSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Corpus } from './corpus.mjs';
import { expectedConversation, expectedMessage, expectedOrder, expectedProfile } from './expected.mjs';
import { Maker } from './messages.mjs';
import { conversationId, makeWorld, personId } from './people.mjs';
import { Random } from './random.mjs';
import { Rows } from './rows.mjs';
import { statements } from './schema.mjs';
import { open, sha256, writeConfig } from './store.mjs';

/** 2026-10-01 08:00 UTC. */
export const firstDay = Date.UTC(2026, 9, 1, 8);

export function makeProfile(options) {
  const { out, generation, seed } = options;
  const key = sha256(`fluister-official key ${seed}`);
  const random = new Random(seed);
  const world = makeWorld(random, generation, options.conversations, options.plainTextOnly === true);
  mkdirSync(join(out, 'sql'), { recursive: true });
  for (const folder of ['attachments', 'stickers', 'avatars', 'drafts', 'badges', 'temp', 'downloads'])
    mkdirSync(join(out, `${folder}.noindex`));
  writeConfig(out, key, options.keyForm, options.keyringPassword);

  const path = join(out, 'sql', 'db.sqlite');
  const db = open(path, key);
  // Nobody else sees the file while it is made, so it needs no journal until it is done.
  db.pragma('journal_mode = OFF');
  db.pragma('synchronous = OFF');
  db.pragma('foreign_keys = OFF');
  db.pragma('cache_size = -262144');
  const made = statements(generation);
  db.exec('BEGIN');
  for (const statement of [...made.tables, ...made.indexes]) db.exec(statement);
  db.exec('COMMIT');
  db.pragma(`user_version = ${generation}`);

  const rows = new Rows(db, generation, world);
  const maker = new Maker({ random, world, corpus: new Corpus(random), generation, options, out, firstDay });
  const expected = options.noExpected ? null : openSync(`${out}.expected.jsonl`, 'w');
  let buffered = [];
  const tell = record => {
    if (expected === null) return;
    buffered.push(JSON.stringify(record));
    if (buffered.length >= 2000) flush();
  };
  const flush = () => {
    if (expected !== null && buffered.length) writeSync(expected, `${buffered.join('\n')}\n`);
    buffered = [];
  };

  tell(expectedProfile(world, generation, key, options));
  db.exec('BEGIN');
  writeItems(rows, world, generation);
  maker.prepare(rows);
  // The newest tenth, and all that is written after it, stays in the -wal if that is asked for.
  const walFrom = options.noWalCheckpoint ? Math.floor(options.messages * 0.9) : -1;
  let count = 0;
  const order = new Map();
  for (const m of maker.messages()) {
    if (count === walFrom) {
      db.exec('COMMIT');
      db.pragma('journal_mode = WAL');
      db.pragma('wal_autocheckpoint = 0');
      db.exec('BEGIN');
    }
    rows.message(m);
    count++;
    if (expected !== null) {
      tell(expectedMessage(m, generation, world, count));
      if (m.conversation && count <= 20000) {
        const list = order.get(m.conversation) ?? order.set(m.conversation, []).get(m.conversation);
        list.push({ m, at: count });
      }
    }
    if (count % 50000 === 0) db.exec('COMMIT; BEGIN');
  }
  if (count <= 20000) for (const [conversation, list] of order) tell(expectedOrder(conversation, list, generation));
  for (const conversation of maker.storedConversations()) {
    rows.conversation(conversation.person, conversation.conversation, conversation.state);
    tell(expectedConversation(conversation, world, generation));
  }
  db.exec('COMMIT');
  flush();
  if (expected !== null) closeSync(expected);
  if (options.noWalCheckpoint) {
    // The files are kept as they are before closing tidies them away.
    const ends = ['', '-wal', '-shm'];
    for (const end of ends) copyFileSync(path + end, `${path}${end}.kept`);
    db.close();
    for (const end of ends) renameSync(`${path}${end}.kept`, path + end);
  } else {
    db.pragma('journal_mode = WAL');
    db.close();
    if (existsSync(`${path}-wal`)) throw new Error('the store was not closed well');
  }
  return {
    profile: out,
    key,
    generation,
    messages: count,
    conversations: world.conversations.length,
    canary: options.canary ?? null,
  };
}

function writeItems(rows, world, generation) {
  const { me } = world;
  const item = (id, value) => rows.insert('items', { id, json: JSON.stringify({ id, value }) });
  item('number_id', `${me.number}.2`);
  if (generation >= 20) item('uuid_id', `${me.aci}.2`);
  if (generation >= 56) item('pni', generation < 88 ? me.conversationUuid : `PNI:${me.conversationUuid}`);
  item('device_name', 'Fluister test device');
  item('regionCode', 'ZZ');
  item('version', '0.0.0');
  for (const person of world.everybody.slice(1))
    rows.insert('identityKeys', {
      id: generation < 20 ? person.number : generation < 41 ? person.conversationUuid : person.aci,
      json: JSON.stringify({ publicKey: 'none', firstUse: true, timestamp: 1790000000000, verified: 0 }),
    });
  if (rows.has('storyDistributions')) {
    rows.insert('storyDistributions', {
      id: '00000000-0000-0000-0000-000000000000',
      name: '00000000-0000-0000-0000-000000000000',
      allowsReplies: 1,
      isBlockList: 1,
      storageNeedsSync: 0,
    });
    rows.insert('storyDistributionMembers', {
      listId: '00000000-0000-0000-0000-000000000000',
      uuid: world.everybody[1].aci,
      serviceId: world.everybody[1].aci,
    });
  }
  if (rows.has('callLinks'))
    rows.insert('callLinks', {
      roomId: 'd1c2'.repeat(16),
      rootKey: Buffer.alloc(16, 7),
      name: 'Weekly call',
      restrictions: 0,
      revoked: 0,
      expiration: 1900000000000,
      deleted: 0,
      storageNeedsSync: 0,
    });
  if (rows.has('sessions') && generation >= 41)
    rows.insert('sessions', {
      id: `${me.aci}:${world.everybody[1].aci}.1`,
      ourUuid: me.aci,
      ourServiceId: me.aci,
      uuid: world.everybody[1].aci,
      serviceId: world.everybody[1].aci,
      conversationId: personId(world.everybody[1], generation),
      deviceId: 1,
      record: Buffer.from('not a session'),
      json: '{}',
    });
  if (rows.has('chatFolders'))
    rows.insert('chatFolders', {
      id: '0a0e6c1e-6f0e-4a53-9a11-6a6f0d3c2b11',
      folderType: 2,
      name: 'People',
      position: 1,
      showOnlyUnread: 0,
      showMutedChats: 1,
      includeAllIndividualChats: 1,
      includeAllGroupChats: 0,
      includedConversationIds: JSON.stringify([conversationId(world.conversations[0], generation)]),
      excludedConversationIds: '[]',
      deletedAtTimestampMs: 0,
      storageNeedsSync: 0,
    });
}
