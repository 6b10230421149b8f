using Fluister.Archive.Conversations;

namespace Fluister.Tests.Summaries;

/// <summary>Made-up talk of some weeks: days with breaks, subjects that come and go, people who answer each other.</summary>
internal static class Month
{
    private static readonly string[] Subjects =
    [
        "tent stove rucksack river campsite map trail mosquito weather lake",
        "rent landlord kitchen roof contract letter heating neighbour key lease",
        "concert ticket band stage guitar song festival bus queue crowd",
        "cake flour oven birthday candle guest present balloon recipe sugar",
        "bike chain tyre pump saddle brake workshop lamp helmet route",
        "exam library teacher homework essay lecture grade notes book project",
        "doctor appointment medicine fever nurse clinic pharmacy cough rest result",
        "train platform delay station luggage seat timetable strike border passport",
    ];

    private static readonly string[] Little =
        ["the", "we", "is", "and", "for", "with", "on", "to", "a", "will", "my", "was", "near", "about"];

    /// <summary>Messages; the same seed and a greater number give the same and more.</summary>
    public static List<Message> Talk(int seed, int count, int perDay = 60)
    {
        var random = new Random(seed);
        var people = new[] { "Anna", "Ben", "Clara", "Robin", "Dilek" }.Select(x => new Participant(x, x, IsSelf: x == "Robin")).ToArray();
        var time = 1_790_845_200_000L;
        var subject = 0;
        var messages = new List<Message>();
        for (var i = 0; i < count; i++)
        {
            var isBreak = random.Next(perDay) == 0;
            time += isBreak ? random.Next(6, 14) * 3_600_000L : random.Next(12) == 0 ? random.Next(20, 90) * 60_000L
                : random.Next(10, 240) * 1000L;
            subject = isBreak || random.Next(18) == 0 ? random.Next(Subjects.Length) : subject;
            var words = Subjects[subject].Split(' ');
            var length = random.Next(3, 20);
            var body = string.Join(' ', Enumerable.Range(0, length).Select(_ => random.Next(2) == 0 ? words[random.Next(words.Length)]
                : Little[random.Next(Little.Length)])) + (random.Next(7) == 0 ? "?" : ".");
            var quoted = i > 3 && random.Next(8) == 0 ? messages[i - random.Next(1, 4)] : null;
            messages.Add(new Message
            {
                Id = $"m{i}",
                RowId = i,
                ConversationId = Summaries.Talk.Conversation.Id,
                Sender = people[random.Next(people.Length)],
                SentAt = new(time),
                Body = char.ToUpperInvariant(body[0]) + body[1..],
                Quote = quoted is null ? null : new Quote(quoted.SentAt, quoted.Sender, quoted.Body),
            });
        }

        return messages;
    }
}
