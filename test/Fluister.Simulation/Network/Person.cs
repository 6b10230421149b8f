using System.Globalization;

namespace Fluister.Simulation.Network;

/// <summary>An account of the run: a line of the file people, which every process reads.</summary>
/// <param name="Account">Its number in the run, from 0.</param>
/// <param name="Server">Its home's number, from 0.</param>
/// <param name="Aci">Its id.</param>
/// <param name="Devices">How many devices it has: 1, or 2 with a linked one.</param>
/// <param name="Registration">The registration id of a light account's device; 0 where there are real clients.</param>
internal sealed record Person(int Account, int Server, Guid Aci, int Devices, int Registration)
{
    /// <summary>Whether its device is a light one.</summary>
    public bool IsLight => Registration != 0;

    /// <summary>Its devices.</summary>
    public IEnumerable<MemberName> MemberNames => Enumerable.Range(1, Devices).Select(device => new MemberName(Account, device));

    /// <summary>Reads the file.</summary>
    public static IReadOnlyList<Person> ReadAll(string path) =>
        [.. File.ReadLines(path).Select(line => line.Split('\t')).Select(part => new Person(
            int.Parse(part[0], CultureInfo.InvariantCulture),
            int.Parse(part[1], CultureInfo.InvariantCulture),
            Guid.Parse(part[2]),
            int.Parse(part[3], CultureInfo.InvariantCulture),
            int.Parse(part[4], CultureInfo.InvariantCulture)))
        .OrderBy(person => person.Account)];

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Account}\t{Server}\t{Aci}\t{Devices}\t{Registration}");
}
