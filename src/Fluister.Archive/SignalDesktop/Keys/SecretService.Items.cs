using Fluister.Archive.SignalDesktop.Keys.DBus;
using Fluister.Cryptography;

namespace Fluister.Archive.SignalDesktop.Keys;

/// <summary>Items of our own.</summary>
internal sealed partial class SecretService
{
    private const string DefaultCollection = Root + "/aliases/default";

    /// <summary>The secret of an item with an attribute; null where there is none. 64 hexadecimal digits become 32 bytes.</summary>
    /// <exception cref="KeyringException">The keyring is not there or refused.</exception>
    public Secret? Find(string attribute, string value)
    {
        using var connection = Try(Open);
        using var session = Try(() => SecretServiceSession.Open(connection));
        return Try(() =>
        {
            var (unlocked, locked) = Search(connection, attribute, value);
            var item = unlocked.Count > 0 ? unlocked[0] : locked.Count > 0 ? Unlock(connection, locked).FirstOrDefault() : null;
            if (item is null)
            {
                return null;
            }

            using var digits = Get(connection, session, item);
            return Hex.Decode(digits.Reveal()) ?? throw new DBusException("it holds something else than a key");
        });
    }

    /// <summary>Keeps a secret of 32 bytes as a new item of the default collection, as hexadecimal digits, which every keyring shows as
    /// text.</summary>
    /// <exception cref="KeyringException">The keyring is not there or refused.</exception>
    public void Store(string label, string attribute, string value, Secret secret)
    {
        using var connection = Try(Open);
        using var session = Try(() => SecretServiceSession.Open(connection));
        Try(() =>
        {
            Unlock(connection, [DefaultCollection]);
            var digits = GC.AllocateUninitializedArray<byte>(2 * secret.Length, pinned: true);
            Convert.TryToHexStringLower(secret.Reveal(), digits, out _);
            var (parameters, sealedDigits) = session.Encrypt(digits);
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(digits);
            using var reply = connection.Call(
                Service,
                DefaultCollection,
                "org.freedesktop.Secret.Collection.CreateItem",
                "a{sv}(oayays)b",
                writer => writer
                    .Array(8, () =>
                    {
                        writer.Align(8).String("org.freedesktop.Secret.Item.Label").Signature("s").String(label);
                        writer.Align(8).String("org.freedesktop.Secret.Item.Attributes").Signature("a{ss}")
                            .Array(8, () => writer.Align(8).String(attribute).String(value));
                    })
                    .Align(8).String(session.Path).Bytes(parameters).Bytes(sealedDigits).String("text/plain")
                    .Boolean(true),
                timeout: personTimeout);
            var body = reply.Body("oo");
            var item = body.String();
            var prompt = body.String();
            return item != NoPrompt || prompt == NoPrompt ? true : throw new DBusException("it wants to ask before it keeps a secret");
        });
    }
}
