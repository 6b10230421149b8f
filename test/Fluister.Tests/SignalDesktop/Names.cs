using System.Text;
using Fluister.Archive.SignalDesktop;

namespace Fluister.Tests.SignalDesktop;

/// <summary>People for tests: "a" is Anna, "b" is Bo, "e" is 👩 (two UTF-16 units), "me" the owner, "long" has a long name.</summary>
internal static class Names
{
    public static People People()
    {
        string[] records =
        [
            """{"id":"a","name":"Anna","serviceId":"a-aci"}""",
            """{"id":"b","name":"Bo","e164":"+3161"}""",
            """{"id":"e","name":"👩"}""",
            """{"id":"me","name":"Mo","serviceId":"me-aci"}""",
            $$"""{"id":"long","name":"{{string.Concat(Enumerable.Repeat("👩", 500_000))}}"}""",
        ];
        return Fluister.Archive.SignalDesktop.People.Of(records.Select(Record), "me-aci", selfNumber: null);
    }

    public static ConversationRecord Record(string json)
    {
        var utf8 = Encoding.UTF8.GetBytes(json);
        var record = new ConversationRecord { Id = ConversationRecord.TextProperty(utf8, Field.Id) ?? "" };
        record.ReadJson(utf8);
        return record;
    }
}
