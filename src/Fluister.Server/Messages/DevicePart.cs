using Fluister.Wire.Protos;

namespace Fluister.Server.Messages;

/// <summary>What one device gets of a message, and how the sender knows that device.</summary>
internal sealed record DevicePart(int Device, int RegistrationId, Envelope.Types.Type Type, ReadOnlyMemory<byte> Content);
