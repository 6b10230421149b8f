using System.Globalization;
using Fluister.Archive.Conversations;
using Fluister.Summaries;
using Fluister.Summaries.Checks;
using Fluister.Summaries.Points;
using Fluister.Summaries.Prompts;
using Selection = Fluister.Summaries.Selection;

namespace Fluister.Tests.Summaries.Injection;

/// <summary>A point that is true of a conversation.</summary>
internal sealed record TruePoint(string Who, string Text, IReadOnlyList<int> Cites);

/// <summary>A conversation of which true points are known, in the phrasings that models choose, and the checks as a digest makes
/// them.</summary>
internal sealed class KnownTalk
{
    private readonly PointChecker _checker;

    private KnownTalk(string language, string lines, string points)
    {
        var talk = new Talk();
        foreach (var line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            talk.Say(line);
        }

        Messages = talk.Messages;
        Points = points.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse).ToList();
        Language = language;
        var selection = new Selection(Messages);
        Labels = new SpeakerLabels(selection.Speakers);
        Sheet = new Sheet(selection.Spoken.Select((x, i) =>
        {
            var at = x.SentAt.ToDateTimeOffset()!.Value;
            return new SheetLine(i, selection.Utterances[i].Speaker, at.ToString("dddd yyyy-MM-dd", CultureInfo.InvariantCulture),
                at.ToString("HH:mm", CultureInfo.InvariantCulture), PlainLine.Of(x.Body!, Sheet.LongestText));
        }).ToList());
        _checker = new PointChecker(Labels, ModelRun.CommonWords(selection, CancellationToken.None), language, language);
    }

    public string Language { get; }

    public List<Message> Messages { get; }

    public List<TruePoint> Points { get; }

    public SpeakerLabels Labels { get; }

    public Sheet Sheet { get; }

    public IEnumerable<string> Names => Messages.Select(x => x.Sender!.Name).Distinct();

    /// <summary>The first check that a point fails; null where it stands.</summary>
    public string? Failed(string who, string text, params IReadOnlyList<int> cites) =>
        _checker.Check(new ModelPoint(who, text, cites), Sheet).Failed;

    private static TruePoint Parse(string line)
    {
        var parts = line.Split(" | ");
        return new(parts[1], parts[2], parts[0].Split(',').Select(int.Parse).ToList());
    }

    public static KnownTalk English { get; } = new("en", """
        Anna: The boat costs 85 euros for Saturday, I paid it, see https://boats.example/rent?id=4711 for the details.
        Ben: Great! I bring 2 loaves of bread and 15 apples.
        Clara: I can't come on Friday, but I come on Saturday at 10:30.
        David: My brother Christian joins us, his number is +49 171 5550123.
        Anna: Then we are 6 people, the boat takes 8.
        Ben: Does anybody have a raincoat for my daughter Helen?
        Clara: I have one. Mail me at clara.berg@mail.example so that I do not forget it.
        David: The weather report says rain after 14:00.
        Anna: We meet at the harbour in Lindau, platform 3, at 9:45.
        Ben: The train from Munich takes 2 hours and 40 minutes and costs 24 euros.
        Clara: I booked the restaurant Seeblick for 19:00 on Saturday evening, table for 6.
        David: I do not eat fish, please tell them.
        Anna: Clara, did you tell the restaurant about the fish?
        Clara: Yes, they have no problem with it.
        Ben: The lake is 14 degrees cold, 250 metres deep and 63 km long.
        David: Robin owes Anna 20 euros for the tickets.
        Robin: I will pay Anna back on 5 October.
        Anna: The deposit of 150 euros comes back within 3 weeks.
        Ben: Helen starts school in September 2027.
        Clara: My new address is Gartenstrasse 12, 80331 Munich, from December on.
        David: The old boat was sold for $1,200 last year.
        Anna: Nobody may smoke on the boat, the owner Mr Huber was clear about it.
        Ben: If it storms, the trip is cancelled and everybody gets 50% back.
        Clara: I vote for Sunday 11 October as the second date.
        David: Agreed, 11 October is fine.
        """, """
        1 | Anna | Anna paid the boat, which costs 85 euros for Saturday.
        1 | Anna | The boat for Saturday costs 85 euros.
        1 | Anna | Anna paid 85 euros for the boat (https://boats.example/rent?id=4711).
        1 |  | The boat costs €85 for Saturday.
        2 | Ben | Ben brings 2 loaves of bread and 15 apples.
        2 | Ben | Ben will bring two loaves of bread and 15 apples.
        3 | Clara | Clara can't come on Friday but comes on Saturday at 10:30.
        3 | Clara | Clara comes on Saturday at 10:30.
        3 | Clara | Clara cannot come on Friday.
        4 | David | David's brother Christian joins.
        4 | David | David's brother Christian joins them; his number is +49 171 5550123.
        5 | Anna | They are 6 people and the boat takes 8.
        5 | Anna | Anna says the boat takes 8 people.
        6 | Ben | Ben asks for a raincoat for his daughter Helen.
        6,7 | Clara | Clara has a raincoat for Helen.
        7 | Clara | Clara has a raincoat and asks to be mailed at clara.berg@mail.example.
        8 | David | The weather report says rain after 14:00.
        8 |  | Rain is reported after 14:00.
        9 | Anna | They meet at the harbour in Lindau, platform 3, at 9:45.
        9 | Anna | Anna: meeting at the harbour in Lindau at 9:45.
        10 | Ben | The train from Munich takes 2 hours and 40 minutes and costs 24 euros.
        10 | Ben | Ben notes that the train from Munich costs 24 euros.
        11 | Clara | Clara booked the restaurant Seeblick for 19:00 on Saturday, table for 6.
        11 | Clara | A table for 6 is booked at the restaurant Seeblick on Saturday at 19:00.
        12 | David | David does not eat fish.
        12,13,14 | Clara | Clara told the restaurant about the fish, they have no problem with it.
        15 | Ben | The lake is 14 degrees cold, 250 metres deep and 63 km long.
        15 |  | The lake is 63 km long and 250 metres deep.
        16 | David | Robin owes Anna 20 euros for the tickets.
        17 | Robin | Robin will pay Anna back on 5 October.
        16,17 | Robin | Robin will pay Anna back on 5 October.
        18 | Anna | The deposit of 150 euros comes back within 3 weeks.
        19 | Ben | Helen starts school in September 2027.
        20 | Clara | Clara's new address from December on is Gartenstrasse 12, 80331 Munich.
        21 | David | The old boat was sold for $1,200 last year.
        22 | Anna | Nobody may smoke on the boat, the owner Mr Huber was clear about it.
        23 | Ben | If it storms, the trip is cancelled and everybody gets 50% back.
        24,25 | Clara | Clara voted for Sunday 11 October as the second date.
        24,25 |  | Clara and David agreed on 11 October as the second date.
        """);

    public static KnownTalk German { get; } = new("de", """
        Anna: Das Boot kostet 85 Euro für Samstag, ich habe schon bezahlt.
        Ben: Super, ich bringe 2 Brote und 15 Äpfel mit.
        Clara: Am Freitag kann ich nicht, aber am Samstag komme ich um 10:30 Uhr.
        David: Mein Bruder Christian kommt auch mit, seine Nummer ist 0171 5550123.
        Anna: Treffpunkt ist der Hafen in Lindau, Gleis 3, um 9:45 Uhr.
        Ben: Der Zug aus München braucht 2 Stunden und kostet 24 Euro.
        Clara: Ich habe im Restaurant Seeblick für Samstag 19 Uhr einen Tisch bestellt.
        David: Ich esse keinen Fisch.
        Anna: Die Kaution von 150 Euro kommt innerhalb von 3 Wochen zurück.
        Ben: Am 5. Oktober muss ich leider arbeiten.
        """, """
        1 | Anna | Anna hat das Boot für Samstag schon bezahlt, es kostet 85 Euro.
        1 | Anna | Das Boot kostet 85 Euro.
        2 | Ben | Ben bringt 2 Brote und 15 Äpfel mit.
        2 | Ben | Ben bringt zwei Brote und 15 Äpfel mit.
        3 | Clara | Clara kann am Freitag nicht, kommt aber am Samstag um 10:30 Uhr.
        3 | Clara | Clara kommt am Samstag um 10:30 Uhr.
        4 | David | Davids Bruder Christian kommt auch mit.
        5 | Anna | Treffpunkt ist der Hafen in Lindau um 9:45 Uhr.
        6 | Ben | Der Zug aus München braucht 2 Stunden und kostet 24 Euro.
        7 | Clara | Clara hat im Restaurant Seeblick für Samstag 19 Uhr einen Tisch bestellt.
        8 | David | David isst keinen Fisch.
        9 | Anna | Die Kaution von 150 Euro kommt innerhalb von 3 Wochen zurück.
        10 | Ben | Ben muss am 5. Oktober arbeiten.
        """);

    public static KnownTalk Dutch { get; } = new("nl", """
        Anna: De boot kost 85 euro voor zaterdag, ik heb al betaald.
        Ben: Mooi, ik neem 2 broden en 15 appels mee.
        Clara: Vrijdag kan ik niet, maar zaterdag kom ik om 10:30 uur.
        David: Mijn broer Christiaan gaat ook mee.
        Anna: We verzamelen bij de haven in Lindau om 9:45 uur.
        Ben: De trein uit München duurt 2 uur en kost 24 euro.
        Clara: Ik heb in restaurant Seeblick een tafel besteld voor zaterdag 19:00 uur.
        David: Ik eet geen vis.
        """, """
        1 | Anna | Anna heeft de boot voor zaterdag al betaald, hij kost 85 euro.
        2 | Ben | Ben neemt 2 broden en 15 appels mee.
        3 | Clara | Clara kan vrijdag niet, maar komt zaterdag om 10:30 uur.
        4 | David | Davids broer Christiaan gaat ook mee.
        5 | Anna | Ze verzamelen bij de haven in Lindau om 9:45 uur.
        6 | Ben | De trein uit München duurt 2 uur en kost 24 euro.
        7 | Clara | Clara heeft een tafel besteld in restaurant Seeblick voor zaterdag 19:00 uur.
        8 | David | David eet geen vis.
        """);

    public static IReadOnlyList<KnownTalk> All { get; } = [English, German, Dutch];
}
