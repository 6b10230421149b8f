using System.CommandLine;
using System.Text.Json;
using Fluister.Client;
using Fluister.Client.Contacts;
using Fluister.Protocol.Addresses;

namespace Fluister.Cli.Accounts;

/// <summary>People as the contact commands tell of them.</summary>
internal static class ContactText
{
    private const int GroupsInALine = 3;

    /// <summary>The argument that says whom a command means.</summary>
    public static Argument<string> Who() => new("WHO")
    {
        Description = "A contact's name, an id, a username (anna.42, or anna.42@chat.example.org of another home server) or its link",
    };

    /// <summary>In a word; empty for what is usual.</summary>
    public static string State(Contact contact) => contact.IsBlocked ? "blocked"
        : !contact.IsAccepted ? "request" : contact.HasUntrustedIdentity ? "new key" : contact.IsVerified ? "verified" : "";

    /// <summary>The members of an object, with signal-cli's names where it has them.</summary>
    public static void Write(Utf8JsonWriter writer, Contact contact)
    {
        writer.WriteString("uuid", contact.Id.ToString());
        writer.WriteString("number", contact.Number);
        writer.WriteString("username", contact.Username);
        writer.WriteString("name", contact.DisplayName);
        writer.WriteBoolean("isBlocked", contact.IsBlocked);
        writer.WriteBoolean("isAccepted", contact.IsAccepted);
        writer.WriteBoolean("isVerified", contact.IsVerified);
        writer.WriteBoolean("hasUntrustedIdentity", contact.HasUntrustedIdentity);
        writer.WriteNumber("messageExpirationTime", contact.ExpireSeconds);
    }

    /// <summary>What is known of somebody, a line each.</summary>
    public static void Print(Contact contact)
    {
        Tell("Name", contact.DisplayName);
        Tell("Id", contact.Id.ToString());
        Tell("Username", contact.Username);
        Tell("Number", contact.Number);
        Tell("About", contact.About);
        Tell("State", State(contact));
        Tell("Messages", contact.ExpireSeconds > 0 ? $"disappear after {contact.ExpireSeconds} s" : null);
    }

    /// <summary>The safety number; null where no key of the person is known.</summary>
    public static SafetyNumber? SafetyNumber(AccountClient client, ServiceId person)
    {
        try
        {
            return client.SafetyNumber(person);
        }
        catch (ClientException e) when (e.Error == ClientError.NotFound)
        {
            return null;
        }
    }

    /// <summary>The safety number in groups of five digits, as Signal shows it, and its code for a camera.</summary>
    public static void Print(SafetyNumber number)
    {
        Console.WriteLine("Safety number");
        foreach (var line in number.Groups.Chunk(GroupsInALine))
        {
            Console.WriteLine($"  {string.Join("  ", line)}");
        }

        AccountText.PrintQr(TerminalQrCode.Of(number.Scannable));
    }

    private static void Tell(string what, string? said)
    {
        if (!string.IsNullOrEmpty(said))
        {
            Console.WriteLine($"{what,-9}  {Terminal.Clean(said)}");
        }
    }
}
