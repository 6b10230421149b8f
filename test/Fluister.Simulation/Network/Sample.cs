namespace Fluister.Simulation.Network;

/// <summary>What was measured at one moment.</summary>
/// <param name="At">Seconds from the beginning of writing.</param>
/// <param name="Servers">Each server.</param>
/// <param name="PeopleMemory">Resident bytes of all processes of people.</param>
/// <param name="PeopleCpu">Their processor time since the last sample, in seconds a second.</param>
internal sealed record Sample(double At, IReadOnlyList<ServerSample> Servers, long PeopleMemory, double PeopleCpu);

/// <summary>A server at one moment.</summary>
/// <param name="Memory">Resident bytes; 0 while it does not run.</param>
/// <param name="Cpu">Processor time since the last sample, in seconds a second.</param>
/// <param name="Outbox">Items that wait for peers.</param>
internal sealed record ServerSample(long Memory, double Cpu, long Outbox);
