// What people write. All of it made up for these tests; {slots} are filled from the lists below.
//
// A thread is a small talk with an end: an arrangement that is settled, a question that stays open, a bill that is shared.
// A slot keeps its value within a thread ({day} is the same day from the first line to the last); {day2} and so on are others.
const slots = {
  day: ['Friday', 'Saturday', 'Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday'],
  time: ['8:30', '9:15', '10:00', '11:45', '14:00', '15:30', '16:30', '18:00', '19:20', '20:15'],
  place: [
    'the lake house',
    'the station',
    'the old mill',
    'the harbour café',
    'the market hall',
    'the boathouse',
    'the library',
    'the car park by the bridge',
  ],
  food: [
    'lentil soup',
    'apple cake',
    'dolma',
    'flatbread',
    'a big salad',
    'pancakes',
    'mushroom risotto',
    'potato gratin',
    'plum jam',
  ],
  thing: [
    'the tent',
    'two sleeping bags',
    'the board games',
    'the good knife',
    'the camping stove',
    'spare towels',
    'the long cable',
    'the bicycle pump',
  ],
  euros: ['12', '18', '24', '35', '42', '60', '85', '110', '23.50', '7.80'],
  number: ['3', '4', '5', '6', '8', '12', '15'],
  part: [
    'the import screen',
    'the search page',
    'the settings dialog',
    'the sync job',
    'the onboarding text',
    'the error messages',
    'the print view',
    'the map layer',
  ],
  customer: ['the museum', 'the city archive', 'the water board', 'the theatre', 'the school in Oost'],
  book: [
    'The Salt Road',
    'A House Without Clocks',
    'Northern Letters',
    'The Cartographer’s Garden',
    'Seven Winters',
    'The Understudy',
  ],
  boat: ['the blue four', 'the old double', 'Heron', 'the training eight', 'Kingfisher', 'the wide gig'],
  weather: ['rain until noon', 'a strong wind from the west', 'fog in the morning', 'sun all day', 'the first frost'],
  film: ['the documentary about eels', 'the new animation', 'that slow Hungarian film', 'the concert film'],
  reason: [
    'the dentist cannot move me',
    'my train is cancelled',
    'I have a cold',
    'the neighbours need the car',
    'I promised to help my sister move',
  ],
  plant: ['tomatoes', 'beans', 'the fig tree', 'the two pear trees', 'the sage'],
};

// Who speaks (a place in the round of the conversation) and what.
const threads = {
  weekend: [
    [
      [0, 'Shall we settle the weekend? I would say we leave on {day} at {time}.'],
      [1, 'Works for me. Where do we meet, at {place}?'],
      [2, 'Yes, {place} is easiest with the car.'],
      [0, 'Good: {day}, {time}, {place}. Decided.'],
      [1, 'Who brings {thing}?'],
      [2, 'I can bring {thing} and {food}.'],
      [0, 'Then I bring {food2}. That should feed us.'],
    ],
    [
      [1, 'The forecast for {date} says {weather}.'],
      [0, 'Then let us take the indoor plan: museum first, {food} afterwards.'],
      [2, 'Do we need to book? Last time there was a queue around the corner.'],
      [1, 'I will book for {number} people tonight.'],
      [0, 'Thank you 🙏'],
      [1, 'Booked: {date}, {time}. The confirmation is in my mail.'],
    ],
    [
      [2, 'I paid {euros} € for the tickets.'],
      [0, 'I still owe you from last time. Shall I send {euros2} €?'],
      [2, 'Yes, that squares it.'],
      [1, 'And the train is {euros3} € each, I put it in the list.'],
      [0, 'Sent just now.'],
    ],
    [
      [0, 'Has anybody seen {thing}? It is not in the cellar.'],
      [1, 'We lent it to the neighbours in summer, did we not?'],
      [0, 'Right! I will ask them on {day}.'],
      [2, 'If it is gone I have an old one.'],
    ],
    [
      [1, 'Can we bring the dog to {place}?'],
      [2, 'I have asked: yes, but only on a lead.'],
      [1, 'Perfect, then we come on {day} already.'],
      [0, 'The key is under the blue pot. Please turn the heating down to 16 when you leave.'],
    ],
    [
      [2, 'I have to say no to {day}: {reason}.'],
      [0, 'Oh no. Shall we move it to {date}?'],
      [1, '{date} is fine here.'],
      [2, 'That would be lovely, thank you for moving it.'],
      [0, 'Moved. Same time, {time}.'],
    ],
    [
      [0, 'What shall we cook on {day}? I could do {food}.'],
      [1, 'We had that last time 😄 {food2}?'],
      [2, 'Votes for {food2}: me.'],
      [0, 'All right, {food2} it is. I need {number} onions and somebody with a big pot.'],
      [1, 'Big pot: here.'],
    ],
    [
      [1, 'I have sorted the photos from the last walk: https://example.org/photos/{number}'],
      [2, 'The one with the goat on the table!!'],
      [0, 'I want that as a print for the kitchen.'],
      [1, 'I order prints on {day}, tell me numbers before that.'],
    ],
    [
      [0, 'The bakery next to {place} is closed on {day}, so we should buy bread before.'],
      [2, 'I pass the market at {time}. How much?'],
      [0, 'Two loaves and {number} rolls, please.'],
      [2, 'Noted.'],
    ],
  ],
  chat: [
    [
      [0, 'Are you around on {day}?'],
      [1, 'After {time} yes. What is up?'],
      [0, 'I wanted to return {thing}.'],
      [1, 'No hurry. Come by when it suits you, I am home all evening.'],
      [0, 'Then {day}, a little after {time}.'],
    ],
    [
      [1, 'Did you read that piece I sent?'],
      [0, 'Half of it. The part about trains made me laugh.'],
      [1, 'The end is better 😄'],
      [0, 'Then I will finish it tonight.'],
    ],
    [
      [0, 'Do you remember the name of the place where we had {food}?'],
      [1, 'Somewhere behind {place}, with the green door.'],
      [0, 'Found it! They open again on {date}.'],
      [1, 'Shall I book for {number}?'],
      [0, 'For {number}, yes please.'],
    ],
    [
      [1, 'I have two tickets for {film} on {day}. Interested?'],
      [0, 'Very! What time?'],
      [1, '{time}, and we meet ten minutes before at the entrance.'],
      [0, 'I owe you a coffee.'],
    ],
    [
      [0, 'Sorry, I cannot make it today: {reason}.'],
      [1, 'No problem at all. Get well / get through it 🍀'],
      [0, 'Could we say {day} instead?'],
      [1, '{day} at {time} works.'],
    ],
    [
      [1, 'How is everything with {plant}?'],
      [0, 'Better than last year. Something eats the leaves, though.'],
      [1, 'Snails. Go out after dark with a torch.'],
      [0, 'I will try that tonight. If it works you get {food}.'],
    ],
    [
      [0, 'Small question: which cable do I need for the old printer?'],
      [1, 'The square one. I have a spare, it is in the drawer with {thing}.'],
      [0, 'Can I fetch it on {day}?'],
      [1, 'Sure, ring twice.'],
    ],
    [
      [1, 'I got the job!! I start on {date}.'],
      [0, 'Congratulations!!! 🎉 I knew it.'],
      [1, 'Thank you. I am happy and a bit scared.'],
      [0, 'We celebrate on {day}. No excuses.'],
    ],
    [
      [0, 'Could you water {plant} while I am away? From {date} for {number} days.'],
      [1, 'Of course. Where is the key?'],
      [0, 'With the neighbours on the second floor. Their name is on the bell.'],
      [1, 'All right, and the post?'],
      [0, 'Just put it on the table, thank you so much.'],
    ],
    [
      [1, 'Has the parcel come?'],
      [0, 'Not yet. They said {day} between {time} and later.'],
      [1, 'Which means next week.'],
      [0, 'Probably.'],
    ],
    [
      [0, 'I can’t find the recipe for {food}. Do you still have it?'],
      [1, 'It is the one with {number} eggs, half an hour at 180.'],
      [0, 'And the sugar?'],
      [1, 'A cup, but less is fine.'],
      [0, 'Lifesaver.'],
    ],
  ],
  club: [
    [
      [0, 'Training on {day} at {time}: {number} people so far. Who else is in?'],
      [1, 'I am in.'],
      [2, 'Me too, but I have to leave an hour later.'],
      [3, 'Which boat do we take?'],
      [0, 'We take {boat}; {boat2} is in repair until {date}.'],
    ],
    [
      [1, 'Reminder: the fee of {euros} € is due on {date}.'],
      [2, 'Is it the same account as last year?'],
      [1, 'Yes, nothing has changed.'],
      [3, 'Paid.'],
      [4, 'Paid as well. Can we pay half a year from spring?'],
      [1, 'I will bring that to the board meeting, no promise.'],
    ],
    [
      [2, 'The forecast for {day} is {weather}.'],
      [0, 'Then nobody rows alone, please. If in doubt we do theory at {place}.'],
      [1, 'I can prepare something about right of way.'],
      [0, 'Great, {time} then.'],
    ],
    [
      [3, '{boat} has a crack near the second rigger.'],
      [0, 'Who used it last?'],
      [2, 'We did on {day}. It was fine then, we checked it.'],
      [0, 'I take it out of the booking list. Repair costs about {euros} €.'],
      [1, 'The repair fund has enough for that.'],
      [0, 'Decision: we repair it before {date}.'],
    ],
    [
      [0, 'For the open day on {date} we need people at the grill, at the jetty and for the children’s boat.'],
      [1, 'Grill 🙋'],
      [2, 'Jetty, but not before {time}.'],
      [4, 'I can do the children’s boat with somebody who swims better than I do.'],
      [3, 'I swim. Deal.'],
      [0, 'You are the best. Only the cake is open now.'],
      [1, 'My neighbour bakes, I will ask.'],
    ],
    [
      [1, 'Who has the key of the boathouse?'],
      [3, 'Me. I bring it back on {day}.'],
      [1, 'Please put it into the box this time, I stood there at {time}.'],
      [3, 'Sorry!! Will do.'],
    ],
    [
      [4, 'Could we change the starting time on {day} to {time}?'],
      [2, 'Not for me, {reason}.'],
      [0, 'Let us keep it as it is this month and vote on {date}.'],
      [4, 'Fine with me.'],
    ],
    [
      [0, 'The minutes of the last meeting are here: https://example.org/harbour/minutes-{number}'],
      [2, 'On page 2 the date of the regatta is wrong, it is {date}.'],
      [0, 'Corrected, thank you.'],
      [1, 'Do we register {boat} or {boat2}?'],
      [0, 'Open question, we decide when we know who rows.'],
    ],
  ],
  work: [
    [
      [0, 'Status on {part}?'],
      [1, 'Nearly done, two tests are red.'],
      [2, 'I can look at them after {time}.'],
      [0, 'Thanks. We ship on {date}, not before.'],
      [1, 'Agreed, {date}.'],
    ],
    [
      [2, 'The draft is here: https://example.org/lantern/draft-{number}'],
      [0, 'Reading. Why did we drop {part}?'],
      [2, 'Nobody used it. Happy to bring it back if we have numbers.'],
      [1, 'Let us decide on {day}, I ask {customer} for the numbers until then.'],
      [0, 'Good.'],
    ],
    [
      [1, '{customer} called: they want to see {part} on {day}.'],
      [0, 'That is early. What can we show?'],
      [2, 'The first two steps work. The third needs data.'],
      [1, 'I could prepare an example with {number} records.'],
      [0, 'Do that. We show two steps and say honestly that the third comes on {date}.'],
    ],
    [
      [0, 'Something is slow since yesterday: {part} takes {number} seconds.'],
      [2, 'I see it too. It loads the whole list twice.'],
      [0, 'Can you fix it today?'],
      [2, 'A fix is up for review: https://example.org/lantern/change/{number}'],
      [1, 'Reviewed, one question about the cache, else fine.'],
      [2, 'Answered and merged. It is down to 200 ms.'],
      [0, '🚀'],
    ],
    [
      [1, 'Who takes the on-call week from {date}?'],
      [0, 'I did the last one.'],
      [2, 'I take it, if somebody covers {day} evening.'],
      [1, 'I cover {day}.'],
      [0, 'Written into the calendar.'],
    ],
    [
      [2, 'The invoice for {customer} is {euros}00 €, right?'],
      [0, 'Plus the {number} hours of workshop.'],
      [2, 'Right, I add them and send it on {day}.'],
    ],
    [
      [0, 'For the meeting on {day}: 1. {part} 2. budget 3. holidays. Anything else?'],
      [1, 'The question of {customer} about the export.'],
      [2, 'And who writes the minutes 😅'],
      [0, 'You, since you ask.'],
      [2, 'I walked into that.'],
    ],
    [
      [1, 'Decision from today: we rename {part} and keep the old address until {date}.'],
      [2, 'Who tells {customer}?'],
      [1, 'I do, tomorrow at {time}.'],
      [0, 'Please copy me.'],
    ],
    [
      [0, 'Open: nobody has answered {customer} about the data protection form.'],
      [1, 'I thought you had.'],
      [0, 'No. Could you, until {day}?'],
      [1, 'Yes, I start it now and ask if a field is unclear.'],
    ],
    [
      [2, 'My laptop gives up, the screen is half black.'],
      [0, 'Take the spare one from the cupboard, the code is in the safe.'],
      [2, 'Thanks. I am back at {time}, I hope.'],
      [1, 'Can I take over {part} meanwhile?'],
      [2, 'Please, the notes are in the ticket.'],
    ],
  ],
  books: [
    [
      [0, 'Next book: I propose {book}.'],
      [1, 'I would like {book2}, but it has 600 pages.'],
      [2, 'Let us take {book} and meet on {date}.'],
      [3, 'Deal. At {place}, {time}.'],
    ],
    [
      [1, 'I am at chapter {number} of {book}. Does it get better?'],
      [2, 'It gets stranger. And then better.'],
      [0, 'Nobody tell me how the letter ends!'],
      [1, 'My lips are sealed 🤐'],
    ],
    [
      [2, 'What did you think of {book}?'],
      [0, 'The middle is slow, but the last {number} pages are worth it.'],
      [3, 'I did not believe the aunt for a second.'],
      [1, 'The aunt is the best part!'],
      [2, 'We discuss the aunt on {date}, at {place}.'],
    ],
    [
      [3, 'The library has {number} copies of {book}.'],
      [0, 'Can you reserve one for me?'],
      [3, 'Done, fetch it before {day}.'],
      [0, 'You are wonderful.'],
    ],
  ],
  pair: [
    [
      [0, 'Do you have a minute for {part}?'],
      [1, 'In ten. What is it about?'],
      [0, 'I am not sure whether {customer} needs it at all.'],
      [1, 'They asked for it in spring. I look for the mail.'],
      [0, 'Thanks, no hurry before {day}.'],
      [1, 'Found it: they want it by {date}.'],
    ],
    [
      [1, 'I pushed a first version of {part}: https://example.org/lantern/change/{number}'],
      [0, 'Great, I look at it after {time}.'],
      [1, 'The naming is still bad, do not look at the naming.'],
      [0, 'I only looked at the naming 😄 The rest is good, two comments.'],
      [1, 'Both fixed.'],
    ],
    [
      [0, 'Can we move our talk on {day} to {time}?'],
      [1, 'Yes. Same room?'],
      [0, 'Same room. Bring the numbers for {customer}, please.'],
      [1, 'I have them until {date} only, is that enough?'],
      [0, 'Enough.'],
    ],
    [
      [1, 'I am off from {date} for {number} days. Can you take {part}?'],
      [0, 'Yes. Is anything open there?'],
      [1, 'One thing: {customer} has not signed yet. I told them that you will call.'],
      [0, 'I call them on {day}.'],
    ],
    [
      [0, 'How much did we say for the workshop with {customer}?'],
      [1, '{euros}0 €, travel included.'],
      [0, 'They ask for a second day.'],
      [1, 'Then double it, and we say yes until {date}.'],
      [0, 'Sent.'],
    ],
    [
      [1, 'Lunch at {time}?'],
      [0, 'Gladly. {place}?'],
      [1, 'Yes, they have {food} today.'],
    ],
    [
      [0, 'I think we should not ship {part} this week.'],
      [1, 'Because of the crash?'],
      [0, 'Yes, I can repeat it with {number} records.'],
      [1, 'Agreed. I tell the others: {date} instead.'],
      [0, 'Thank you. I hate it, but it is right.'],
    ],
  ],
  notes: [
    [[0, 'Buy {food}, call the dentist, return {thing}.']],
    [[0, 'Idea: ask about {part} before {date}.']],
    [[0, 'https://example.org/reading/{number}']],
    [[0, 'Parking: level {number}, near the lift.']],
    [[0, 'Train back on {day} at {time}, seat {number}4.']],
    [[0, 'Gift for Ruth: {book}, or {plant} for the balcony.']],
    [[0, 'Paid {euros} € for {thing}, keep the receipt until {date}.']],
  ],
};

const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

export class Corpus {
  constructor(random) {
    this.random = random;
    this.running = new Map();
  }

  /** A day that is still to come. */
  date(now, used) {
    for (;;) {
      const day = new Date(now + this.random.between(3, 45) * 86400000);
      const text = `${day.getUTCDate()} ${months[day.getUTCMonth()]}`;
      if (!used.includes(text)) return text;
    }
  }

  fill(template, values, now) {
    return template.replace(/\{([a-z]+)(\d?)\}/g, whole => {
      if (values.has(whole)) return values.get(whole);
      const [, name] = /\{([a-z]+)/.exec(whole);
      const used = [...values].filter(([key]) => key.startsWith(`{${name}`)).map(([, value]) => value);
      const value = name === 'date' ? this.date(now, used) : this.random.pick(slots[name].filter(one => !used.includes(one)));
      values.set(whole, value);
      return value;
    });
  }

  /** The next line of a conversation: { speaker, text, first }. */
  next(conversation, now) {
    let state = this.running.get(conversation);
    if (!state || state.at === state.thread.length) {
      const list = threads[conversation.theme];
      // No thread comes again before half of the others have been.
      const recent = state?.recent ?? [];
      let which = this.random.below(list.length);
      while (recent.includes(which)) which = (which + 1) % list.length;
      const kept = [...recent, which].slice(-Math.floor(list.length / 2) || list.length);
      state = {
        thread: list[which],
        at: 0,
        turn: this.random.below(conversation.people.length),
        values: new Map(),
        recent: list.length > 1 ? kept : [],
      };
      this.running.set(conversation, state);
    }
    const [place, template] = state.thread[state.at++];
    const text = this.fill(template, state.values, now);
    return {
      speaker: conversation.people[(state.turn + place) % conversation.people.length],
      text: text[0].toUpperCase() + text.slice(1),
      first: state.at === 1,
    };
  }
}
