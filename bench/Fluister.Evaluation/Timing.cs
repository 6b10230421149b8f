using System.Diagnostics;
using Fluister.Archive.Conversations;
using Fluister.Summaries;

namespace Fluister.Evaluation;

/// <summary>Digests of made-up talk, for time and memory: words of a Zipf distribution, a dozen people, pauses.</summary>
internal static class Timing
{
    public static void Run(int count)
    {
        var conversation = new Conversation { Id = "c", Kind = ConversationKind.Group, Name = "Timing" };
        var people = Enumerable.Range(0, 12).Select(i => new Participant($"p{i}", $"Person {i}", IsSelf: i == 0)).ToArray();
        var messages = Messages(conversation, people, count).ToList();
        foreach (var ask in new[] { null, "What did Person 3 say about wibor and tadel?" })
        {
            var (clock, cpu) = (Stopwatch.StartNew(), Process.GetCurrentProcess().TotalProcessorTime);
            var digest = Digester.Digest(conversation, people[0], messages, new() { Ask = ask });
            var used = Process.GetCurrentProcess().TotalProcessorTime - cpu;
            Console.WriteLine($"{count} messages, {digest.Activity.Sum(x => x.Words)} words, "
                + $"{(ask is null ? "digest" : "question")}: {clock.Elapsed.TotalSeconds:F2} s, "
                + $"{used.TotalSeconds:F2} s of processor, {digest.Quotes.Count()} quotes, "
                + $"peak {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB");
        }
    }

    private static IEnumerable<Message> Messages(Conversation conversation, Participant[] people, int count)
    {
        var random = new Random(1);
        string[] common = ["the", "i", "you", "to", "and", "it", "is", "that", "in", "we", "of", "for", "on", "was", "be", "so", "are",
            "not", "have", "with"];
        var words = Enumerable.Range(0, 40_000)
            .Select(_ => string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => Syllable(random)))).ToArray();
        var time = 1_700_000_000_000L;
        for (var i = 0; i < count; i++)
        {
            time += random.Next(50) == 0 ? random.Next(20_000_000) : random.Next(60_000);
            var length = random.Next(1, 24);
            var body = string.Join(' ', Enumerable.Range(0, length).Select(_ => random.Next(2) == 0
                ? common[random.Next(common.Length)]
                : words[(int)(Math.Pow(random.NextDouble(), 4) * words.Length)]))
                + (random.Next(6) == 0 ? "?" : random.Next(2) == 0 ? "." : "");
            yield return new Message
            {
                Id = $"m{i}",
                RowId = i,
                ConversationId = conversation.Id,
                Sender = people[random.Next(people.Length)],
                SentAt = new(time),
                Body = body,
            };
        }
    }

    private static string Syllable(Random random) =>
        $"{"bdfgklmnprstvw"[random.Next(14)]}{"aeiou"[random.Next(5)]}{"lnrst"[random.Next(5)]}";
}
