using Fluister.Protocol.Addresses;

namespace Fluister.InteropTests.Libsignal.Pairings;

/// <summary>Which implementation begins, and which answers.</summary>
public enum Pairing
{
    /// <summary>Ours with ours.</summary>
    OursOurs,

    /// <summary>Ours begins.</summary>
    OursOfficial,

    /// <summary>The official package begins.</summary>
    OfficialOurs,

    /// <summary>The official package with itself: what the others are measured by.</summary>
    OfficialOfficial,
}

/// <summary>Two parties of a pairing.</summary>
internal static class PairingParties
{
    /// <summary>Alice's device.</summary>
    public static ProtocolAddress Alice { get; } = new(ServiceId.Aci(new Guid("9d0652a3-dcc3-4d11-975f-74d61598733f")), 1);

    /// <summary>Bob's device, reached by a number's id.</summary>
    public static ProtocolAddress Bob { get; } = new(ServiceId.Pni(new Guid("796abedb-ca4e-4f18-8803-1fde5b921f9f")), 42);

    /// <summary>Makes both, without a session.</summary>
    public static (IParty Alice, IParty Bob) Make(this Pairing pairing, LibsignalClient official) =>
        (pairing is Pairing.OursOurs or Pairing.OursOfficial ? new OurParty(Alice) : new OfficialParty(official, Alice),
            pairing is Pairing.OursOurs or Pairing.OfficialOurs ? new OurParty(Bob) : new OfficialParty(official, Bob));

    /// <summary>Makes both, with a session that Alice begins and that no message went over yet.</summary>
    public static (IParty Alice, IParty Bob) MakeWithSession(this Pairing pairing, LibsignalClient official, bool oneTime = true)
    {
        var (alice, bob) = pairing.Make(official);
        alice.Begin(bob.Address, bob.MakeBundle(oneTime));
        return (alice, bob);
    }
}
