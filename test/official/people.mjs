// Who is in the store, and which conversations there are.

export const self = { key: 'self', given: 'Mira', family: 'Voss', number: '+15550100000' };

// What the owner sees: nickname (known to the store since about generation 1000), else the name from the address book, else the
// profile, else the number, else "Unknown".
const cast = [
  { key: 'jonas', given: 'Jonas', family: 'Berg', number: '+15550100001' },
  { key: 'aylin', given: 'Aylin', family: 'Demir', contact: 'Aylin Demir', number: '+15550100002' },
  { key: 'ruth', given: 'Ruth', family: 'Voss', contact: 'Ruth Voss', nickname: ['Mum', null], number: '+15550100003' },
  { key: 'tomasz', given: 'Tomasz', family: 'Zieliński', number: '+15550100004' },
  { key: 'noor', given: 'نور', family: 'حدّاد', number: '+15550100005' },
  { key: 'sakura', given: '桜', family: '伊藤', number: '+15550100006' },
  { key: 'priya', given: 'Priya', family: 'Nair', nickname: ['Priya', 'from the club'], number: '+15550100007' },
  { key: 'emil', given: 'Emil', family: null, number: null },
  { key: 'numberOnly', given: null, family: null, number: '+15550100009' },
  { key: 'nobody', given: null, family: null, number: null },
];

export const displayName = (person, generation) => {
  if (person.nickname && generation >= 1000) return person.nickname.filter(Boolean).join(' ');
  return person.contact ?? ([person.given, person.family].filter(Boolean).join(' ') || person.number) ?? 'Unknown';
};

const plan = [
  { key: 'family', title: 'Family weekend', members: ['jonas', 'ruth', 'aylin'], theme: 'weekend' },
  { key: 'jonas', with: 'jonas', theme: 'chat' },
  { key: 'rowing', title: 'Harbour Rowing Club', members: ['priya', 'tomasz', 'noor', 'emil', 'sakura'], theme: 'club' },
  { key: 'notes', with: 'self', theme: 'notes' },
  { key: 'lantern', title: 'Lantern project', members: ['aylin', 'sakura', 'tomasz'], theme: 'work' },
  { key: 'ruth', with: 'ruth', theme: 'chat' },
  { key: 'aylin', with: 'aylin', theme: 'pair' },
  { key: 'books', title: 'Book circle 📚', members: ['noor', 'jonas', 'priya'], theme: 'books', archived: true },
  { key: 'noor', with: 'noor', theme: 'chat' },
  { key: 'numberOnly', with: 'numberOnly', theme: 'chat' },
  { key: 'sakura', with: 'sakura', theme: 'pair', expireTimer: 604800 },
  { key: 'priya', with: 'priya', theme: 'chat' },
  { key: 'tomasz', with: 'tomasz', theme: 'chat' },
];

/** People with their ids, and the first so many conversations; beyond the written ones come more of the same shape. */
export function makeWorld(random, generation, count, plainTextOnly) {
  const old = generation < 20;
  const people = new Map();
  const add = person => {
    const known = { ...person, aci: random.uuid(), conversationUuid: random.uuid() };
    known.name = displayName(known, generation);
    people.set(person.key, known);
    return known;
  };
  const me = add(self);
  for (const person of cast) {
    if (old && !person.number) person.number = `+155501001${String(cast.indexOf(person)).padStart(2, '0')}`;
    add(person);
  }
  const conversations = plan.slice(0, count).map(c => ({ ...c }));
  const given = ['Ada', 'Bruno', 'Celia', 'Deniz', 'Elif', 'Farid', 'Greta', 'Hugo', 'Ines', 'Jiro', 'Kaja', 'Lior'];
  const family = ['Almeida', 'Brandt', 'Costa', 'Dahl', 'Eriksen', 'Fischer', 'Grau', 'Holm', 'Ivanova', 'Jansen'];
  for (let i = conversations.length; i < count; i++) {
    const person = add({
      key: `more${i}`,
      given: given[i % given.length],
      family: `${family[Math.floor(i / given.length) % family.length]}${i > 120 ? ` ${i}` : ''}`,
      number: `+1555011${String(i).padStart(4, '0')}`,
    });
    conversations.push({ key: person.key, with: person.key, theme: random.pick(['chat', 'chat', 'pair']) });
  }
  for (const conversation of conversations) {
    conversation.group = conversation.title !== undefined;
    if (conversation.group) {
      conversation.uuid = random.uuid();
      conversation.people = [me, ...conversation.members.map(key => people.get(key))];
      conversation.groupId =
        generation < 23
          ? random
              .bytes(16)
              .map(b => b || 1)
              .toString('latin1')
          : random.bytes(32).toString('base64');
    } else {
      const other = people.get(conversation.with);
      conversation.person = other;
      conversation.uuid = other.conversationUuid;
      conversation.people = other === me ? [me] : [me, other];
    }
  }
  // Every person has a conversation of their own in the store, written to or not, and so have oneself and the members of groups.
  const everybody =
    plainTextOnly && !old
      ? [...people.values()].filter(p => conversations.some(c => c.people.includes(p)) || p === me)
      : [...people.values()];
  return { me, people, everybody, conversations, old };
}

/** The id that the store gives to a conversation with that person: a number before generation 20, a UUID since. */
export const personId = (person, generation) => (generation < 20 ? person.number.slice(1) : person.conversationUuid);

/** Before generation 20 a group's id is its binary group id. */
export const conversationId = (conversation, generation) =>
  generation >= 20 ? conversation.uuid : conversation.group ? conversation.groupId : personId(conversation.person, generation);
