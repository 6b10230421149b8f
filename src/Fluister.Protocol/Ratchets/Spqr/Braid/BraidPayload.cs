namespace Fluister.Protocol.Ratchets.Spqr.Braid;

/// <summary>What part of the key agreement a message carries (ML-KEM Braid, section 2); the values are those on the wire.</summary>
internal enum BraidPayload : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>A chunk of the encapsulation key's header and its MAC.</summary>
    Header = 1,

    /// <summary>A chunk of the encapsulation key's vector.</summary>
    Vector = 2,

    /// <summary>A chunk of the vector, and word that the first ciphertext is complete.</summary>
    VectorAndAcknowledgement = 3,

    /// <summary>Word that the first ciphertext is complete.</summary>
    Acknowledgement = 4,

    /// <summary>A chunk of the first ciphertext.</summary>
    Ciphertext1 = 5,

    /// <summary>A chunk of the second ciphertext and the MAC of both.</summary>
    Ciphertext2 = 6,
}
