using System.Text;
using System.Text.Json;
using Fluister.Client;
using Fluister.Client.Contacts;

namespace Fluister.Cli.Accounts;

/// <summary>Accounts as the account commands tell of them.</summary>
internal static class AccountText
{
    /// <summary>Tells that an account is there now.</summary>
    public static void PrintNew(AccountClient client, AccountPlace place, bool isJson)
    {
        if (isJson)
        {
            Print(client, isJson: true);
            return;
        }

        Console.WriteLine(Terminal.Clean($"The account {place.Name} is ready: {client.Self.Aci}"));
        Console.Error.WriteLine(Terminal.Clean($"Its history is in {place.Folder}, encrypted; {place.KeyIs}."));
    }

    /// <summary>Who an account is.</summary>
    public static void Print(AccountClient client, bool isJson)
    {
        var self = client.Self;
        if (isJson)
        {
            JsonOutput.Lines([self], (writer, it) =>
            {
                writer.WriteString("uuid", it.Aci.ToString());
                writer.WriteString("number", it.Number);
                writer.WriteString("username", client.Username);
                writer.WriteString("usernameAddress", client.UsernameAddress);
                writer.WriteNumber("deviceId", it.Device);
                Write(writer, client.Profile);
            });
            return;
        }

        Tell("Id", self.Aci.ToString());
        Tell("Number", self.Number ?? "none");
        Tell("Username", client.UsernameAddress ?? "none");
        Tell("Device", self.IsPrimary ? "1, the primary" : $"{self.Device}, linked");
        Print(client.Profile);
    }

    /// <summary>What others see.</summary>
    public static void Print(OwnProfile profile)
    {
        Tell("Profile", ProfileNames.Text(profile.Name));
        if (profile.About is not null || profile.Emoji is not null)
        {
            Tell("About", $"{profile.Emoji} {profile.About}".Trim());
        }

        if (profile.HasAvatar)
        {
            Tell("Picture", "yes");
        }
    }

    /// <summary>A QR code on standard output.</summary>
    public static void PrintQr(string code)
    {
        using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false));
        output.Write(code);
    }

    private static void Write(Utf8JsonWriter writer, OwnProfile profile)
    {
        writer.WriteString("givenName", profile.Name.Given);
        writer.WriteString("familyName", profile.Name.Family);
        writer.WriteString("about", profile.About);
        writer.WriteString("aboutEmoji", profile.Emoji);
    }

    private static void Tell(string what, string said) => Console.WriteLine($"{what,-9}  {Terminal.Clean(said)}");
}
