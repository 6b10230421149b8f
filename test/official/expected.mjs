// What a correct reader must deliver, from what the generator meant and never by reading the store back.
// One JSON object a line:
//
// {"record":"profile", generation, key, self: participant, plainTextOnly}
// {"record":"conversation", id, kind: "Direct"|"Group"|"NoteToSelf", name, serviceId, number, groupId, members: [participant],
//    isArchived, expireTimer, activeAt, avatar: attachment?}
//    The name of NoteToSelf is "Note to Self". Members come in no fixed order. A field that is null is not known to the store.
// {"record":"message", rowId, id, conversationId, kind: "Text"|"Story"|"Call"|"Event", type, direction: "None"|"Incoming"|"Outgoing",
//    sender: participant|null, sentAt, receivedAt, body, ranges, isUnread, isErased, isViewOnce, isPinned, expireTimer, storyId,
//    and only where there are some: quote, reactions, attachments, edits, previews, contacts, sticker, poll, call, event}
//    lenient: true stands on rows whose JSON a strict parser refuses or that lies: only what its columns say is promised there
//    (not receivedAt before generation 1270, where only the JSON had it).
//    stray: true stands on rows that belong to no conversation of the store (a reader may leave them out, but must not fail).
// {"record":"order", conversationId, ids}: the conversation's messages by (received_at, sent_at, rowId); for stores of up to 20000.
//
// Empty text is null. Runs of U+FFFD in body and quote.text count as one (how many a broken byte gives is the decoder's choice).
// participant: {id, name, serviceId, number, isSelf}; id is null where the store has no conversation for that person.
// ranges: [{start, length, style: "Bold"|"Italic"|"Spoiler"|"Strikethrough"|"Monospace"|"None"|"Mention", mention: participant?}]
//    in UTF-16 units of body, where mentions are already "@Name"; by start, then longest first.
// attachment: {contentType, fileName, size, width, height, caption, isVoiceMessage, path, version, state, sha256}
//    state: "present" (sha256 is of the plain bytes), "missing" (a path but no file), "pending" or "failed" (no path),
//    "tampered" (the file is there but not authentic), "escaping" (the path leaves the folder of files).
// quote: {sentAt, author: participant, text, ranges, isViewOnce, messageId,
//    attachments: [{contentType, fileName, thumbnail: attachment|null}]}
// reactions: [{emoji, sender: participant, sentAt}]; edits: oldest first [{sentAt, body, ranges, attachments}]
// poll: {question, options: [{text, voters: [participant]}], allowsMultiple, isClosed}
// call: {mode, medium, status, startedAt, endedAt}, the store's own words in lower case; startedAt and endedAt null where not known.
// event: {names: [...], words: [...], hasJson}: a sentence about it should hold these names and words; hasJson for a kind not known yet.
// Times are milliseconds as decimal strings where they are beyond 2^53, else numbers.
import { conversationId, personId } from './people.mjs';

const styleNames = {
  bold: 'Bold',
  italic: 'Italic',
  spoiler: 'Spoiler',
  strikethrough: 'Strikethrough',
  monospace: 'Monospace',
  later: 'None',
};

// A surrogate without its other half becomes U+FFFD (String.toWellFormed needs Node 20).
const wellFormed = text =>
  text.replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g, found => (found.length === 2 ? found : '\ufffd'));

export const participant = (person, generation, world) =>
  person === null || person === undefined
    ? null
    : {
        id: person.stranger ? null : personId(person, generation),
        name: person.name,
        serviceId: generation < 20 ? null : person.aci,
        number: person.number ?? null,
        isSelf: person === world.me,
      };

export function shownText(segments, generation, world) {
  if (!segments) return { body: null, ranges: [] };
  let body = '';
  const ranges = [];
  const walk = list => {
    for (const segment of list) {
      const start = body.length;
      if (typeof segment === 'string') body += segment;
      else if (segment.mention) {
        body += `@${segment.mention.name}`;
        if (generation >= 23)
          ranges.push({
            start,
            length: body.length - start,
            style: 'Mention',
            mention: participant(segment.mention, generation, world),
          });
      } else {
        walk(segment.of);
        if (generation >= 83) ranges.push({ start, length: body.length - start, style: styleNames[segment.style] });
      }
    }
  };
  walk(segments);
  ranges.sort((a, b) => a.start - b.start || b.length - a.length);
  return { body: body === '' ? null : wellFormed(body), ranges };
}

export const shownAttachment = a =>
  a && {
    contentType: a.contentType,
    fileName: a.fileName ?? null,
    size: a.size,
    width: a.width ?? null,
    height: a.height ?? null,
    caption: a.caption ?? null,
    isVoiceMessage: a.voice === true,
    path: a.path ?? null,
    version: a.version === 2 ? 2 : 1,
    state: a.state,
    sha256: a.state === 'present' ? a.sha256 : null,
  };

export const expectedProfile = (world, generation, key, options) => ({
  record: 'profile',
  generation,
  key,
  self: participant(world.me, generation, world),
  plainTextOnly: options.plainTextOnly === true,
});

export function expectedConversation({ conversation, person, state }, world, generation) {
  const group = conversation?.group === true;
  const note = person === world.me;
  return {
    record: 'conversation',
    id: conversation ? conversationId(conversation, generation) : personId(person, generation),
    kind: group ? 'Group' : note ? 'NoteToSelf' : 'Direct',
    name: group ? conversation.title : note ? 'Note to Self' : person.name,
    serviceId: group || generation < 20 ? null : person.aci,
    number: group ? null : (person.number ?? null),
    groupId: group && generation >= 20 ? conversation.groupId : null,
    members: (group ? conversation.people : [person]).map(p => participant(p, generation, world)),
    isArchived: conversation?.archived === true,
    expireTimer: conversation?.expireTimer ?? 0,
    activeAt: state.activeAt ?? null,
    avatar: state.avatar ? shownAttachment(state.avatar) : state.profileAvatar ? shownAttachment(state.profileAvatar) : null,
  };
}

export function expectedOrder(conversation, list, generation) {
  const place = ({ m }) => (generation < 20 ? m.receivedAt : m.counter);
  const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
  const sorted = [...list].sort((a, b) => compare(place(a), place(b)) || compare(a.m.sentAt, b.m.sentAt) || a.at - b.at);
  return { record: 'order', conversationId: conversationId(conversation, generation), ids: sorted.map(({ m }) => m.id) };
}

const time = value => (typeof value === 'bigint' ? value.toString() : value);

export function expectedMessage(m, generation, world, rowId) {
  const g = generation;
  const { body, ranges } = shownText(m.fullText ?? m.text, g, world);
  if (m.shownRanges) ranges.push(...m.shownRanges);
  const record = {
    record: 'message',
    rowId,
    id: m.id,
    conversationId: m.conversation ? conversationId(m.conversation, g) : (m.strayConversation ?? ''),
    kind:
      m.type === 'story'
        ? 'Story'
        : m.type === 'call-history'
          ? 'Call'
          : !m.oldGroupUpdate && (m.type === 'incoming' || m.type === 'outgoing')
            ? 'Text'
            : 'Event',
    type: m.type ?? '',
    direction: m.oldGroupUpdate
      ? 'None'
      : m.type === 'incoming' || (m.type === 'story' && m.sender !== world.me)
        ? 'Incoming'
        : m.type === 'outgoing' || m.type === 'story'
          ? 'Outgoing'
          : (m.direction ?? 'None'),
    sender: m.strangerAci
      ? { id: null, name: 'Unknown', serviceId: g < 20 ? null : m.strangerAci, number: null, isSelf: false }
      : participant(m.sender, g, world),
    sentAt: time(m.sentAt),
    receivedAt: time(m.receivedAt),
    body,
    ranges,
    isUnread: m.isUnread === true,
    isErased: m.isErased === true,
    isViewOnce: m.isViewOnce === true,
    isPinned: m.isPinned === true && g >= 1560,
    expireTimer: m.expireTimer ?? 0,
    storyId: g >= 45 ? (m.storyId ?? null) : null,
  };
  // The words of a story of words are its body, not a file.
  const words = m.attachments?.find(a => a.textAttachment)?.textAttachment.text;
  if (words) record.body = words;
  const files = m.attachments?.filter(a => !a.textAttachment);
  const add = (name, value) => {
    if (value !== undefined) record[name] = value;
  };
  add('lenient', m.lenient);
  add('stray', m.stray);
  if (m.quote) {
    const text = shownText(m.quote.text, g, world);
    record.quote = {
      sentAt: m.quote.sentAt,
      author: participant(m.quote.author, g, world),
      text: text.body,
      ranges: text.ranges,
      attachments: (m.quote.attachments ?? []).map(a => ({
        contentType: a.contentType,
        fileName: a.fileName ?? null,
        thumbnail: a.thumbnail ? shownAttachment(a.thumbnail) : null,
      })),
      isViewOnce: m.quote.isViewOnce === true,
      messageId: m.quote.messageId ?? null,
    };
  }
  if (m.reactions?.length)
    record.reactions = m.reactions.map(r => ({ emoji: r.emoji, sender: participant(r.from, g, world), sentAt: r.at }));
  if (files?.length) record.attachments = files.map(shownAttachment);
  if (m.edits)
    record.edits = m.edits.map(e => {
      const text = shownText(e.text, g, world);
      return { sentAt: e.sentAt, body: text.body, ranges: text.ranges, attachments: (e.attachments ?? []).map(shownAttachment) };
    });
  if (m.previews)
    record.previews = m.previews.map(p => ({
      url: p.url,
      title: p.title ?? null,
      description: p.description ?? null,
      image: p.image ? shownAttachment(p.image) : null,
    }));
  if (m.contacts)
    record.contacts = m.contacts.map(c => ({
      name: c.shown,
      numbers: c.numbers ?? [],
      emails: c.emails ?? [],
      organization: c.organization ?? null,
    }));
  if (m.sticker)
    record.sticker = {
      packId: m.sticker.packId,
      stickerId: m.sticker.stickerId,
      emoji: m.sticker.emoji ?? null,
      image: shownAttachment(m.sticker.data),
    };
  if (m.poll)
    record.poll = {
      question: m.poll.question,
      options: m.poll.options.map((text, i) => ({
        text,
        voters: m.poll.votes.filter(v => v.options.includes(i)).map(v => participant(v.from, g, world)),
      })),
      allowsMultiple: m.poll.allowMultiple,
      isClosed: m.poll.terminatedAt !== undefined,
    };
  add('call', m.call);
  if (record.kind === 'Event') record.event = { names: [], words: [], hasJson: false, ...m.event };
  return record;
}
