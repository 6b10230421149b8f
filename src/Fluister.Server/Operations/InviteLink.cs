using System.Buffers.Text;
using Fluister.Protocol.Keys;
using Fluister.Server.Invites;

namespace Fluister.Server.Operations;

/// <summary>An invite as a link: where the server is, the key that its descriptor is signed with, and what registers there.</summary>
/// <remarks>So the one who follows it needs to trust nothing but the link: the descriptor, which the key vouches for, brings the rest.
/// What registers stands behind '#', which no program sends to a server.</remarks>
internal static class InviteLink
{
    /// <summary>fluister://HOST:PORT/?key=KEY#TOKEN.CODE</summary>
    public static string Of(Uri server, PublicKey genesis, Invite invite) =>
        $"fluister://{server.Authority}/?key={Base64Url.EncodeToString(genesis.Serialized)}#{invite.Text}.{invite.Code}";
}
