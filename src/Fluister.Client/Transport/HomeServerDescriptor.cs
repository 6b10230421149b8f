using System.Security.Cryptography;
using Fluister.Client.Store;
using Fluister.Protocol;
using Fluister.Protocol.Keys;
using Fluister.Protocol.ZkGroup;
using Fluister.Wire;
using Fluister.Wire.Descriptors;

namespace Fluister.Client.Transport;

/// <summary>What a home server says of itself, believed because the identity key that is known of it has signed it.</summary>
public sealed class HomeServerDescriptor
{
    private const string SignedItem = "fluister.server";
    private const string KeyItem = "fluister.serverKey";

    private HomeServerDescriptor(byte[] signed, PublicKey genesis, DescriptorJson said)
    {
        (Signed, Genesis, Said) = (signed, genesis, said);
        (Chat, Storage, Attachments) = (Address(said.Urls.Chat), Address(said.Urls.Storage), Address(said.Urls.Attachments));
        TrustRoots = [.. said.TrustRoots.Select(key => PublicKey.Read(key))];
        ZkParams = ServerPublicParams.Read(said.ZkParams);
        if (said.Tls.Authority is { } authority)
        {
            ServerTrust.Read(authority).Dispose();
        }
    }

    /// <summary>As it was published, with the signature: what is kept.</summary>
    public ReadOnlyMemory<byte> Signed { get; }

    /// <summary>The server's identity key, by which it is known for ever.</summary>
    public PublicKey Genesis { get; }

    /// <summary>All that it says.</summary>
    public DescriptorJson Said { get; }

    /// <summary>Where its sockets and requests are: https://HOST:PORT</summary>
    public Uri Chat { get; }

    /// <summary>Where the storage service is.</summary>
    public Uri Storage { get; }

    /// <summary>Where attachments and avatars are.</summary>
    public Uri Attachments { get; }

    /// <summary>Keys to which sender certificates must lead.</summary>
    public IReadOnlyList<PublicKey> TrustRoots { get; }

    /// <summary>Its half of anonymous credentials.</summary>
    public ServerPublicParams ZkParams { get; }

    /// <summary>Names the server in ids.</summary>
    public ServerTag Tag => ServerTag.Of(Genesis);

    /// <summary>Reads a descriptor that the key of a server must have signed, or one that it handed on to. When it was signed does not
    /// matter: what was believed once stays known until there is a later one.</summary>
    /// <exception cref="ClientException">UntrustedServer: it has not; Malformed: what it signed cannot be used.</exception>
    public static HomeServerDescriptor Read(ReadOnlyMemory<byte> signed, PublicKey genesis) =>
        Read(signed, genesis, null, DateTimeOffset.MinValue);

    /// <summary>Reads what a server that is not known yet publishes now.</summary>
    /// <exception cref="ClientException">As <see cref="Read(ReadOnlyMemory{byte}, PublicKey)"/>; and UntrustedServer: it has
    /// expired.</exception>
    public static HomeServerDescriptor ReadNow(ReadOnlyMemory<byte> signed, PublicKey genesis, DateTimeOffset now) =>
        Read(signed, genesis, null, now);

    /// <summary>Reads what the server publishes now.</summary>
    /// <returns>That, if it is later than this; none where it is the same.</returns>
    /// <exception cref="ClientException">As <see cref="ReadNow"/>; and UntrustedServer: it is older, whoever replays it, or forgets a
    /// key.</exception>
    public HomeServerDescriptor? ReadLater(ReadOnlyMemory<byte> signed, DateTimeOffset now) =>
        Read(signed, Genesis, Said, now) is { } read && read.Said.Sequence > Said.Sequence ? read : null;

    private static HomeServerDescriptor Read(
        ReadOnlyMemory<byte> signed, PublicKey genesis, DescriptorJson? known, DateTimeOffset now)
    {
        try
        {
            return SignedDescriptor.TryRead(signed.Span, genesis, known, now, out var said) is var fault and not DescriptorFault.None
                ? throw Refused(fault, null)
                : new HomeServerDescriptor(signed.ToArray(), genesis, said!);
        }
        catch (Exception wrong) when (wrong is ProtocolException or UriFormatException or NullReferenceException
            or CryptographicException)
        {
            throw Refused(DescriptorFault.Malformed, wrong);
        }
    }

    /// <summary>The server of an account, as the account's store keeps it; none before there is one.</summary>
    /// <exception cref="ClientException">As <see cref="Read(ReadOnlyMemory{byte}, PublicKey)"/>: the store was tampered with.</exception>
    internal static HomeServerDescriptor? Load(ItemTable items) =>
        items.Bytes(KeyItem) is { } key && items.Bytes(SignedItem) is { } signed ? Read(signed, PublicKey.Read(key)) : null;

    /// <summary>Keeps it in an account's store, within somebody's transaction.</summary>
    internal void Save(ItemTable items)
    {
        items.SetBytes(KeyItem, Genesis.Serialized);
        items.SetBytes(SignedItem, Signed.Span);
    }

    private static Uri Address(string text)
    {
        var uri = new Uri(text, UriKind.Absolute);
        return uri.Scheme == Uri.UriSchemeHttps ? uri : throw new UriFormatException("Not https.");
    }

    private static ClientException Refused(DescriptorFault fault, Exception? wrong) => new(
        fault == DescriptorFault.Malformed ? ClientError.Malformed : ClientError.UntrustedServer, fault.Explain(), wrong);
}
