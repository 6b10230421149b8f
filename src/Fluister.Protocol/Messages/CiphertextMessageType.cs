namespace Fluister.Protocol.Messages;

/// <summary>The kinds of messages that an envelope or a sealed sender message carries, by their numbers on the wire.</summary>
public enum CiphertextMessageType
{
    /// <summary>A message of a session that both sides have ("Whisper" in libsignal).</summary>
    Signal = 2,

    /// <summary>A message of a session that the receiver may not have yet, with the handshake.</summary>
    PreKey = 3,

    /// <summary>A message to a group, encrypted with a sender key.</summary>
    SenderKey = 7,

    /// <summary>Content that is not encrypted, such as a decryption error.</summary>
    Plaintext = 8,
}
