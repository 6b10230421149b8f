// Every kind of message, one function each: what rare things a store holds besides plain talk.
import { mp4, png, webp } from './media.mjs';

const minute = 60000;

/** A list of functions; each makes some messages of a kind that the generation knows, or none. */
export function makeCast(maker) {
  const { random, world, generation: g } = maker;
  const { me, people } = world;
  const find = key => world.conversations.find(c => c.key === key);
  const group = find('family') ?? world.conversations.find(c => c.group);
  const direct = find('jonas') ?? world.conversations.find(c => !c.group && c.person !== me) ?? world.conversations[0];
  const other = direct.person ?? people.get('jonas');
  const shuffled = find('priya') ?? find('ruth') ?? direct;
  const ruth = people.get('ruth');
  const aylin = people.get('aylin');
  const say = (conversation, sender, text, more = {}) =>
    maker.base(conversation, sender === me ? 'outgoing' : 'incoming', sender, {
      text: typeof text === 'string' ? [text] : text,
      ...more,
    });
  const notice = (conversation, type, more = {}) =>
    maker.base(conversation, type, more.sender ?? null, { notice: true, ...more });
  const cast = [];
  const kind = (since, make, until = Infinity) => {
    if (g >= since && g < until) cast.push(make);
  };
  const inGroup = (since, make, until) => group && kind(since, make, until);

  // Text of the world.
  const texts = [
    'Zullen we zaterdag om half tien afspreken bij de molen?',
    'هل نلتقي عند المقهى الساعة ٥؟ أحضرتُ معي Café-Karten 2026.',
    'נתראה מחר, בעזרת השם 🙂 (שָׁלוֹם)',
    'Cafe\u0301 and café are the same to the eye; so are \u212b and Å.',
    '明日の会議は10時からです。資料は共有フォルダに置きました。',
    'हम शनिवार को मिलेंगे क्या? ज़रूर!',
    '👩‍👩‍👧‍👦 👍🏽 🏳️‍🌈 🇳🇱 1️⃣ 🫶🏿 and a plain heart ❤ next to ❤️',
    'tabs\tand\nnew lines\r\nand\u2028a line separator, a zero width\u200bspace',
    'Right-to-left override: \u202eabc\u202c and back. <b>not bold</b> & "quotes" \\ `code` | pipe # hash *stars* _under_ [link](x)',
    'Z\u0335\u0321a\u0334\u0322l\u0336\u0323g\u0337\u0324o\u0338\u0325 letters, 𝒻𝒶𝓃𝒸𝓎 letters, 𐍈 and 𠜎',
    'Bell \u0007 and escape \u001b[31mred\u001b[0m inside',
    '= 1 + 1',
    '@nobody',
    '- a list that is none',
    'null',
    '0',
    ' leading and trailing spaces ',
  ];
  texts.forEach((text, i) => cast.push(() => [say(i % 2 ? direct : (group ?? direct), i % 3 ? other : me, text)]));
  cast.push(() => [say(direct, other, `${'word '.repeat(390)}end`), say(direct, me, 'x'.repeat(1999))]);

  // Formatting and mentions.
  kind(83, () => [
    say(direct, me, [
      'Styles: ',
      { style: 'bold', of: ['bold'] },
      ', ',
      { style: 'italic', of: ['italic'] },
      ', ',
      { style: 'spoiler', of: ['a surprise'] },
      ', ',
      { style: 'strikethrough', of: ['gone'] },
      ', ',
      { style: 'monospace', of: ['a = b;'] },
      '.',
    ]),
    say(direct, other, [
      { style: 'bold', of: ['all ', { style: 'italic', of: ['of it ', { style: 'monospace', of: ['nested'] }] }] },
      ' 👍🏽 ',
      { style: 'bold', of: ['👩‍👩‍👧‍👦'] },
    ]),
    say(direct, me, 'Overlapping styles here', {
      moreRanges: [
        { start: 0, length: 18, style: 1 },
        { start: 12, length: 11, style: 2 },
      ],
      shownRanges: [
        { start: 0, length: 18, style: 'Bold' },
        { start: 12, length: 11, style: 'Italic' },
      ],
    }),
    say(direct, other, 'Ranges that lie', {
      moreRanges: [
        { start: 7, length: 500, style: 1 },
        { start: 90, length: 4, style: 2 },
        { start: -3, length: 2, style: 3 },
        { start: 0, length: 0, style: 4 },
      ],
      shownRanges: [{ start: 7, length: 8, style: 'Bold' }],
    }),
    say(direct, me, ['A style of ', { style: 'later', of: ['later times'] }, '.']),
  ]);
  inGroup(20, () => [
    say(group, me, [{ mention: ruth }, ' can you bring the keys?']),
    say(group, ruth, ['Yes. ', { mention: me }, ' and ', { mention: other }, { mention: aylin }, ': 18:00?'], {
      mentionsMe: true,
    }),
  ]);
  inGroup(83, () => [
    say(group, other, [
      { style: 'bold', of: ['For ', { mention: ruth }, ' only: ', { style: 'italic', of: [{ mention: aylin }] }] },
      ' 🎂',
    ]),
    say(group, me, ['Who is ', { mention: { name: 'Unknown', aci: random.uuid(), stranger: true } }, '?']),
  ]);

  // Quotes.
  cast.push(() => {
    const asked = say(direct, other, 'Shall we take the early ferry?');
    const answers = [
      say(direct, me, 'Yes, the early one.', {
        quote: { sentAt: asked.sentAt, author: other, text: asked.text, messageId: asked.id },
      }),
    ];
    const self = say(direct, me, 'I mean the one at 7:40.', {
      quote: { sentAt: answers[0].sentAt, author: me, text: answers[0].text },
    });
    return [asked, ...answers, self];
  });
  cast.push(() => {
    const picture = maker.photo();
    const shown = say(direct, other, null, { text: null, attachments: [picture] });
    const small = maker.file(png(16, 16, random), { contentType: 'image/png', width: 16, height: 16 });
    return [
      shown,
      say(direct, me, 'Lovely!', {
        quote: {
          sentAt: shown.sentAt,
          author: other,
          text: null,
          attachments: [{ contentType: picture.contentType, fileName: picture.fileName, thumbnail: small }],
        },
      }),
    ];
  });
  kind(17, () => [
    say(direct, me, 'What was it?', {
      quote: {
        sentAt: maker.clock - minute,
        author: other,
        text: null,
        isViewOnce: true,
        attachments: [{ contentType: 'image/jpeg' }],
      },
    }),
  ]);
  cast.push(() => [
    say(direct, other, 'I still think so.', {
      quote: { sentAt: 1600000000000, author: other, text: ['Long gone'], notFound: true },
    }),
  ]);
  kind(20, () => [
    say(direct, me, 'As you said back then.', {
      quote: { sentAt: 1580000000000, author: other, text: ['Back then'], byNumber: true },
    }),
  ]);
  inGroup(83, () => {
    const first = say(group, ruth, ['Ask ', { mention: aylin }, ' about ', { style: 'bold', of: ['the tent'] }]);
    return [first, say(group, me, 'Done', { quote: { sentAt: first.sentAt, author: ruth, text: first.text } })];
  });
  kind(23, () => [
    say(direct, me, 'A quote with half a letter', {
      quote: { sentAt: maker.clock - minute, author: other, text: ['half \ud800 and \udc00 half'] },
    }),
  ]);

  // Reactions.
  inGroup(19, () => [
    say(group, me, 'Who is in?', {
      reactions: group.people
        .slice(1)
        .map((from, i) => ({ emoji: ['👍', '❤️', '🎉', '🏳️‍🌈'][i % 4], from, at: maker.clock + 2000 + i })),
    }),
    say(group, ruth, 'I made cake.', {
      reactions: [
        { emoji: '😍', from: me, at: maker.clock + 1000 },
        { emoji: '😍', from: other, at: maker.clock + 2000, old: true },
      ],
    }),
  ]);

  // Edits.
  kind(80, () => {
    const at = maker.clock + 5 * minute;
    return [
      say(direct, me, ['We meet at ', { style: 'bold', of: ['19:00'] }, ' then.'], {
        edits: [
          { text: ['We meet at 18:00 then.'], sentAt: at },
          { text: ['We meet at 18:30 then.'], sentAt: at + minute },
        ],
        editedAt: at + 2 * minute,
        sentAt: at,
      }),
      say(direct, other, 'Corrected caption', {
        attachments: [maker.photo()],
        edits: [{ text: ['Wrong capton'], sentAt: at + 10 * minute, attachments: [maker.photo()] }],
        editedAt: at + 11 * minute,
        sentAt: at + 10 * minute,
      }),
    ];
  });
  if (g >= 84 && group)
    kind(84, () => {
      const at = maker.clock + 5 * minute;
      return [
        say(group, aylin, [{ mention: other }, ' brings the rope.'], {
          edits: [{ text: [{ mention: ruth }, ' brings the rope.'], sentAt: at }],
          editedAt: at + minute,
          sentAt: at,
        }),
      ];
    });

  // Files.
  cast.push(() => [
    say(direct, other, 'From the lake', { attachments: [maker.photo(), maker.photo({ caption: 'The jetty' }), maker.photo()] }),
    say(direct, me, 'The minutes', { attachments: [maker.document()] }),
    say(direct, other, null, { text: null, attachments: [maker.voice()] }),
    say(direct, me, 'Not encrypted on disk', { attachments: [maker.photo({ version: 1 })], oldRow: true }),
  ]);
  cast.push(() => [
    say(direct, other, 'Gone from disk', { attachments: [maker.photo({ state: 'missing' })] }),
    say(direct, other, 'Still on its way', { attachments: [maker.photo({ state: 'pending' })] }),
    say(direct, other, 'Never came', { attachments: [maker.document({ state: 'failed' })] }),
    say(direct, other, 'Without a name', { attachments: [maker.document({ fileName: undefined })] }),
    say(direct, other, 'With a strange name', {
      attachments: [maker.document({ fileName: '../../up\\and\u202efdp.exe\n<x>"|?*.pdf' })],
    }),
    say(direct, other, 'An empty file', {
      attachments: [maker.file(Buffer.alloc(0), { contentType: 'text/plain', fileName: 'empty.txt' })],
    }),
    say(direct, other, 'A film', {
      attachments: [
        maker.file(mp4(), {
          contentType: 'video/mp4',
          fileName: 'lake.mp4',
          width: 640,
          height: 360,
          thumbnail: maker.photo({ fileName: undefined }),
        }),
      ],
    }),
    say(direct, other, 'A type that is none', {
      attachments: [maker.file(Buffer.from('?'), { contentType: 'application/x-<script>', fileName: 'q' })],
    }),
    say(direct, other, 'A path that leaves the folder', {
      attachments: [maker.file(Buffer.from('no'), { contentType: 'text/plain', fileName: 'no.txt', state: 'escaping' })],
    }),
  ]);
  kind(1110, () => [say(direct, other, 'Changed on disk', { attachments: [maker.photo({ state: 'tampered' })] })]);
  cast.push(() => {
    const long = `${'This is the long story of the boat, the goat and the oat. '.repeat(60)}The end. 🐐`;
    const start = long.slice(0, 1990);
    const about = { contentType: 'text/x-signal-plain' };
    return [
      say(direct, other, start, { fullText: [long], longText: maker.file(Buffer.from(long), about) }),
      say(direct, me, long, { longText: maker.file(Buffer.from(long), about) }),
      say(direct, other, start, { longText: maker.file(Buffer.from(long), { ...about, state: 'missing' }) }),
    ];
  });

  // Stickers, previews, contacts.
  kind(12, () => {
    const sticker = (state, emoji) => ({
      packId: maker.pack.packId,
      packKey: maker.pack.packKey,
      stickerId: 0,
      emoji,
      data: maker.file(webp(), { contentType: 'image/webp', width: 512, height: 512, state }),
    });
    return [
      say(direct, other, null, { text: null, sticker: sticker('present', '🐐') }),
      say(direct, me, null, { text: null, sticker: sticker('missing', undefined) }),
    ];
  });
  kind(12, () => [
    say(direct, me, 'See https://example.org/lake and https://example.com/', {
      previews: [
        {
          url: 'https://example.org/lake',
          title: 'The lake — opening hours',
          description: 'Open every day but “Monday”.',
          image: maker.photo({ fileName: undefined }),
        },
      ],
    }),
    say(direct, other, 'javascript:alert(1) https://example.org/?q=<x>&y="z"', {
      previews: [{ url: 'javascript:alert(1)', title: '<script>' }],
    }),
  ]);
  cast.push(() => [
    say(direct, other, null, {
      text: null,
      contacts: [
        {
          name: { givenName: 'Hanne', familyName: 'Lund' },
          shown: 'Hanne Lund',
          numbers: ['+15550100077', '+15550100078'],
          emails: ['hanne@example.org'],
          organization: 'Lund & Sons',
        },
      ],
    }),
    say(direct, me, null, {
      text: null,
      contacts: [{ name: undefined, shown: 'Harbour Office', organization: 'Harbour Office', numbers: ['+15550100079'] }],
    }),
  ]);

  // Polls and pins.
  inGroup(1500, () => {
    const [a, b] = group.people.slice(1);
    const poll = (conversation, sender, question, more, votes) => {
      const m = maker.base(conversation, sender === me ? 'outgoing' : 'incoming', sender, {});
      m.poll = { question, allowMultiple: false, votes: votes.map((v, i) => ({ at: m.sentAt + 1000 * (i + 1), ...v })), ...more };
      return m;
    };
    const open = poll(group, me, 'Which day?', { options: ['Friday', 'Saturday 🌞', 'Sunday'] }, [
      { from: a, options: [1] },
      { from: me, options: [0] },
      { from: b, options: [], count: 3 },
    ]);
    open.unreadPollVotes = true;
    const closed = poll(group, a, 'What shall we eat?', { options: ['Soup', 'Bread', 'Cake', 'Nothing'], allowMultiple: true }, [
      { from: a, options: [0, 2], count: 2 },
      { from: b, options: [2] },
      { from: me, options: [1, 2] },
    ]);
    closed.poll.terminatedAt = closed.sentAt + 3 * minute;
    const ended = notice(group, 'poll-terminate', {
      sender: a,
      sourced: true,
      pause: 3 * minute,
      event: { names: [a.name], words: ['What shall we eat?'] },
      extra: () => ({
        pollTerminateNotification:
          g >= 1690
            ? { question: 'What shall we eat?', pollTimestamp: closed.sentAt }
            : { question: 'What shall we eat?', pollMessageId: closed.id },
      }),
    });
    return [open, closed, ended];
  });
  inGroup(1560, () => {
    const pinned = say(group, ruth, 'The address is 12 Mill Lane, the code of the gate is 4711.', { isPinned: true });
    return [
      pinned,
      notice(group, 'pinned-message-notification', {
        sender: me,
        sourced: true,
        event: { names: [me.name], words: ['pin'] },
        extra: () =>
          g >= 1640
            ? { pinMessage: { targetAuthorAci: ruth.aci, targetSentTimestamp: pinned.sentAt } }
            : { pinnedMessageId: pinned.id },
      }),
    ];
  });

  // Calls.
  let calls = 0;
  const call = (conversation, mode, medium, direction, status, ringer, more = {}) => {
    const incoming = direction === 'Incoming';
    const m = maker.base(conversation, 'call-history', ringer, {
      notice: true,
      direction: direction === 'Unknown' ? 'None' : direction,
    });
    const callId = String(7_000_000_000_000_000_000n + BigInt(maker.options.seed) * 1000n + BigInt(++calls));
    const ended = more.length ? m.sentAt + more.length : null;
    const missed = status === 'Missed' || status === 'Declined';
    if (g >= 89) {
      m.extra = () => ({ callId });
      if (!more.lost)
        m.callRow = {
          callId,
          peerId: conversation.group ? conversation.groupId : conversation.person.aci,
          ringerId: incoming ? (ringer?.aci ?? null) : me.aci,
          mode,
          type: medium,
          direction,
          status,
          timestamp: m.sentAt,
          startedById: mode === 'Group' ? (ringer?.aci ?? null) : null,
          endedTimestamp: ended,
        };
    } else if (mode === 'Direct') {
      m.extra = () => ({
        callHistoryDetails: {
          ...(g >= 40 ? { callMode: 'Direct' } : {}),
          wasIncoming: incoming,
          wasVideoCall: medium === 'Video',
          wasDeclined: status === 'Declined',
          acceptedTime: missed ? undefined : m.sentAt,
          endedTime: missed ? m.sentAt + 30000 : (ended ?? undefined),
        },
      });
    } else
      m.extra = () => ({
        callHistoryDetails: { callMode: 'Group', creatorUuid: ringer.aci, eraId: random.hex(8), startedTime: m.sentAt },
      });
    const startedAt = g >= 89 || mode === 'Group' || !missed ? m.sentAt : null;
    m.call = more.lost
      ? { mode: null, medium: null, status: null, startedAt: null, endedAt: null }
      : {
          mode: mode.toLowerCase(),
          medium: medium.toLowerCase(),
          status: g < 89 && mode === 'Group' ? null : status.toLowerCase(),
          startedAt,
          endedAt: g >= 1210 ? ended : g >= 89 || mode === 'Group' ? null : missed ? m.sentAt + 30000 : ended,
        };
    if (more.isUnread) m.isUnread = true;
    return m;
  };
  kind(20, () => [
    call(direct, 'Direct', 'Audio', 'Incoming', 'Accepted', other, { length: 12 * minute }),
    call(direct, 'Direct', 'Video', 'Outgoing', 'Accepted', me, { length: 3 * minute }),
    call(direct, 'Direct', 'Video', 'Incoming', 'Missed', other, { isUnread: true }),
    call(direct, 'Direct', 'Audio', 'Incoming', 'Declined', other),
  ]);
  inGroup(40, () => [
    call(group, 'Group', 'Group', 'Incoming', g < 89 ? 'GenericGroupCall' : 'Joined', other, { length: 40 * minute }),
    call(group, 'Group', 'Group', 'Outgoing', g < 89 ? 'GenericGroupCall' : 'OutgoingRing', me),
  ]);
  kind(89, () => [call(direct, 'Direct', 'Audio', 'Incoming', 'Accepted', other, { lost: true })]);

  // Stories.
  const mine = find('notes') ?? { people: [me], person: me, group: false, uuid: me.conversationUuid };
  kind(45, () => {
    const first = maker.base(direct, 'story', other, {
      text: null,
      sourced: true,
      attachments: [maker.photo({ caption: 'Morning at the lake' })],
      expireTimer: 86400,
    });
    const text = maker.base(direct, 'story', other, {
      text: null,
      sourced: true,
      expireTimer: 86400,
      attachments: [
        {
          contentType: 'text/x-signal-story',
          size: 0,
          version: 1,
          state: 'pending',
          sha256: null,
          textAttachment: { text: 'A story in words', textStyle: 1, textForegroundColor: 4294967295, color: 4278190080 },
        },
      ],
    });
    const own = maker.base(mine, 'story', me, { text: null, sourced: true, attachments: [maker.photo()], expireTimer: 86400 });
    const reply = say(direct, me, 'Beautiful light!', {
      storyId: first.id,
      extra: () => ({ storyReplyContext: { [g < 88 ? 'authorUuid' : 'authorAci']: other.aci, messageId: first.id } }),
    });
    return [first, text, own, reply];
  });

  // View-once, disappearing, deleted, unread.
  kind(17, () => [
    maker.base(direct, 'incoming', other, { text: null, isViewOnce: true, attachments: [maker.photo()] }),
    maker.base(direct, 'incoming', other, { text: [''], isViewOnce: true, isErased: true }),
    maker.base(direct, 'outgoing', me, { text: [''], isViewOnce: true, isErased: true }),
  ]);
  cast.push(() => [
    say(direct, other, 'This goes away in an hour.', { expireTimer: 3600 }),
    say(direct, me, 'So does this, in a day.', { expireTimer: 86400 }),
    say(direct, other, 'This was due long ago.', { expireTimer: 60, expirationStart: Date.UTC(2026, 8, 1) }),
  ]);
  kind(20, () => [
    maker.base(direct, 'incoming', other, { text: [''], isErased: true, deletedForEveryone: true }),
    maker.base(group ?? direct, 'outgoing', me, { text: [''], isErased: true, deletedForEveryone: true }),
  ]);
  inGroup(1640, () => [
    maker.base(group, 'incoming', other, {
      text: [''],
      isErased: true,
      deletedForEveryone: true,
      extra: () => ({ deletedForEveryoneByAdminAci: me.aci }),
    }),
  ]);
  cast.push(() => [
    say(direct, other, 'Not read yet.', { isUnread: true }),
    say(group ?? direct, group ? ruth : other, 'Nor this.', { isUnread: true }),
  ]);

  // Changes of a group.
  const field = g < 43 ? 'conversationId' : g < 88 ? 'uuid' : 'aci';
  const idOf = person => (g < 43 ? person.conversationUuid : person.aci);
  const change = (from, details, event, more = {}) =>
    notice(group, 'group-v2-change', {
      sender: from,
      sourced: from !== null && g >= 43,
      byUs: from === me,
      event: { names: from && from !== me ? [from.name, ...(event.names ?? [])] : (event.names ?? []), words: event.words ?? [] },
      extra: () => ({ groupV2Change: { ...(from ? { from: idOf(from) } : {}), details } }),
      ...more,
    });
  inGroup(23, () => {
    const tomasz = people.get('tomasz');
    return [
      change(me, [{ type: 'create' }], {}),
      change(ruth, [{ type: 'title', newTitle: 'Family weekend 🌲' }], { words: ['Family weekend 🌲'] }),
      change(ruth, [{ type: 'avatar', removed: false }], {}),
      change(me, [{ type: 'member-add', [field]: idOf(tomasz) }], { names: [tomasz.name] }),
      change(tomasz, [{ type: 'member-remove', [field]: idOf(tomasz) }], {}),
      change(me, [{ type: 'member-remove', [field]: idOf(aylin) }], { names: [aylin.name] }),
      change(me, [{ type: 'member-privilege', [field]: idOf(ruth), newPrivilege: 2 }], { names: [ruth.name] }),
      change(other, [{ type: 'group-link-add', privilege: 1 }], {}),
      change(null, [{ type: 'member-add-from-link', [field]: idOf(aylin) }], { names: [aylin.name] }),
      change(
        me,
        [
          { type: 'access-attributes', newPrivilege: 3 },
          { type: 'access-members', newPrivilege: 3 },
        ],
        {},
      ),
      change(ruth, [{ type: 'pending-add-one', [g < 43 ? 'conversationId' : g < 88 ? 'uuid' : 'serviceId']: idOf(tomasz) }], {}),
      change(ruth, [{ type: 'pending-add-many', count: 3 }], { words: ['3'] }),
      ...(g >= 45
        ? [
            change(me, [{ type: 'description', description: 'One weekend a year' }], { words: ['One weekend a year'] }),
            change(me, [{ type: 'announcements-only', announcementsOnly: true }], {}),
            change(me, [{ type: 'admin-approval-add-one', [field]: idOf(tomasz) }], { names: [tomasz.name] }),
          ]
        : []),
      change(ruth, [{ type: 'future-detail', colour: 'green' }], {}),
    ];
  });
  inGroup(23, () => [
    notice(group, 'group-v1-migration', {
      event: {},
      extra: () => ({
        groupMigration: { areWeInvited: false, invitedMembers: [], droppedMemberIds: [people.get('tomasz').conversationUuid] },
      }),
    }),
  ]);
  inGroup(1, () => [
    notice(
      group,
      g < 23 ? 'incoming' : 'group',
      g < 23
        ? {
            sender: ruth,
            direction: 'Incoming',
            text: null,
            extra: () => ({ group_update: { name: 'Family', joined: [g < 20 ? aylin.number : aylin.conversationUuid] } }),
            oldGroupUpdate: true,
          }
        : { event: { words: ['Family'] }, extra: () => ({ group_update: { name: 'Family', joined: [aylin.conversationUuid] } }) },
    ),
  ]);

  // Other notices.
  const timer = (conversation, sender, seconds, more = {}) =>
    notice(conversation, 'timer-notification', {
      sender,
      sourced: true,
      event: { names: sender === me ? [] : [sender.name], words: [] },
      extra: rows => ({
        flags: 2,
        expirationTimerUpdate: {
          expireTimer: seconds || undefined,
          source: sender.number ?? undefined,
          ...(g >= 20 ? { [rows.serviceIdField()]: sender.aci } : {}),
          ...more.sync,
        },
      }),
      ...more,
    });
  kind(40, () => [timer(direct, other, 604800), timer(direct, me, 0), timer(direct, me, 3600, { sync: { fromSync: true } })]);
  kind(1, () => [timer(direct, other, 86400, { type: null }), timer(direct, me, 0, { type: null })], 56);
  kind(40, () => [notice(direct, 'universal-timer-notification', { event: {} })]);
  const about = person => (g < 20 ? person.number : person.conversationUuid);
  kind(19, () => [
    notice(direct, 'keychange', {
      event: { names: [other.name] },
      extra: () => ({ key_changed: g >= 88 ? other.aci : about(other) }),
    }),
    notice(direct, 'verified-change', {
      event: { names: [other.name] },
      extra: () => ({ verifiedChanged: about(other), verified: true, local: true }),
    }),
    notice(direct, 'verified-change', {
      event: { names: [other.name] },
      extra: () => ({ verifiedChanged: about(other), verified: false, local: false }),
    }),
  ]);
  kind(20, () => [
    notice(direct, 'profile-change', {
      event: { words: ['Jonny Berg', 'Jonas Berg'] },
      extra: () => ({
        changedId: other.conversationUuid,
        profileChange: { type: 'name', oldName: 'Jonny Berg', newName: 'Jonas Berg' },
      }),
    }),
    notice(direct, 'chat-session-refreshed', { event: {} }),
  ]);
  kind(40, () => [
    notice(direct, 'delivery-issue', { sender: other, sourced: true, event: { names: [other.name] } }),
    notice(direct, 'change-number-notification', {
      sender: other,
      sourced: true,
      event: { names: [other.name] },
      extra: () => ({ changedId: other.conversationUuid }),
    }),
  ]);
  kind(71, () => [
    notice(direct, 'conversation-merge', {
      event: { names: [other.name], words: ['+15550100055'] },
      extra: () => ({ conversationMerge: { renderInfo: { type: 'private', e164: '+15550100055' } } }),
    }),
  ]);
  kind(81, () => [notice(direct, 'contact-removed-notification', { event: {} })]);
  kind(1000, () => [
    notice(direct, 'title-transition-notification', {
      event: { words: ['jonas.42'] },
      extra: () => ({ titleTransition: { renderInfo: { type: 'private', username: 'jonas.42' } } }),
    }),
    notice(direct, 'joined-signal-notification', { event: { names: [other.name] } }),
    notice(direct, 'phone-number-discovery', {
      event: { words: ['+15550100001'] },
      extra: () => ({ phoneNumberDiscovery: { e164: '+15550100001' } }),
    }),
    ...['ACCEPT', 'BLOCK', 'UNBLOCK', 'SPAM'].map(response =>
      notice(direct, 'message-request-response-event', {
        event: {},
        extra: () => ({ messageRequestResponseEvent: response }),
      }),
    ),
  ]);
  kind(1, () => [
    notice(direct, 'future-thing', {
      event: { hasJson: true, words: [] },
      sender: other,
      sourced: true,
      extra: () => ({ futureThing: { colour: 'green', depth: [1, [2, [3]]], when: 1790000000000, on: true, off: null } }),
    }),
    say(direct, other, 'A message with fields of later times', {
      extra: () => ({ hologram: { url: 'https://example.org' }, reactions2: [1, 2, 3] }),
    }),
  ]);

  // What should not be, and is.
  const odd = (since, make) => kind(since, make);
  odd(1, () => [
    say(direct, other, 'My record is broken', {
      lenient: true,
      rewriteJson: (json, generation) =>
        generation < 47 ? `${json.slice(0, -1)},"cut":` : "{later: 'JSON5, which SQLite reads', reactions: [], }",
    }),
    say(direct, other, 'My record is empty', { lenient: true, rewriteJson: () => null }),
    say(direct, other, 'My record is a list', { lenient: true, rewriteJson: () => '[]' }),
    say(direct, other, 'My record is a number', { lenient: true, rewriteJson: () => '7' }),
    say(direct, other, 'My record is deep', {
      lenient: true,
      rewriteJson: json => `${json === '{}' ? '{' : `${json.slice(0, -1)},`}"deep":${'['.repeat(600)}${']'.repeat(600)}}`,
    }),
    say(direct, other, 'My record has fields of wrong types', {
      lenient: true,
      rewriteJson: () =>
        `{"reactions":"none","quote":[1],"attachments":{"a":1},"preview":7,"contact":[null,3],"bodyRanges":[{"start":"x"},null,4],
          "editHistory":"x","sticker":[],"poll":"?","expirationTimerUpdate":3,"groupV2Change":[]}`,
    }),
    say(direct, other, 'My record says things twice', {
      lenient: true,
      rewriteJson: json => `{"flags":1,${json.length > 2 ? json.slice(1, -1) : '"flags":2'},"flags":3}`,
    }),
  ]);
  odd(1, () => [
    say(direct, other, 'half a letter: \ufffd.', { surrogate: Buffer.from([0xed, 0xa0, 0x80]) }),
    say(direct, other, 'before\u0000after'),
    maker.base(direct, 'incoming', other, { text: null }),
    maker.base(direct, 'outgoing', me, { text: [''] }),
  ]);
  odd(1, () =>
    [-1, -62135596800001, 0, 1, 1e15, 253402300800000, 9007199254740991]
      .map(at => say(direct, other, `Sent at ${at}`, { sentAt: at }))
      .concat(
        [9007199254740993n, 9223372036854775807n, -9223372036854775808n].map(at =>
          say(direct, other, `Sent at ${at}`, { sentAt: at, lenient: true, rewriteJson: () => '{}' }),
        ),
      ),
  );
  odd(20, () => [
    say(null, other, 'I belong to no conversation', { stray: true }),
    say(null, other, 'My conversation is gone', { stray: true, strayConversation: random.uuid() }),
    say(group ?? direct, null, 'Nobody knows who I am', { type: 'incoming', strangerAci: random.uuid() }),
    ...(other.number ? [say(group ?? direct, other, 'I am known by my number only', { numberOnly: true })] : []),
    say(direct, other, 'x', { text: ['JSON says: '], mentionsMe: true }),
  ]);
  // Out of time order: stored now, received before.
  cast.push(() => {
    const list = [0, 1, 2, 3].map(i =>
      say(shuffled, shuffled.person ?? other, `Line ${i + 1} of a talk that was stored backwards`),
    );
    const places = list.map(m => [m.counter, m.receivedAt, m.sentAt]);
    list.forEach((m, i) => {
      [m.counter, m.receivedAt, m.sentAt] = places[list.length - 1 - i];
    });
    return list;
  });
  cast.push(() => [say(shuffled, shuffled.person ?? other, 'I was on a slow train', { late: 40 })]);
  return cast;
}
