using YamlDotNet.Core;
using YamlDotNet.Core.Tokens;

namespace Fluister.NotForking.Modifications.Strict.Documents;

/// <summary>A scanner that tells where the dashes of block sequences stand; events do not say it.</summary>
/// <param name="text">The YAML.</param>
/// <param name="seen">Hears of each dash once, in order.</param>
internal sealed class DashScanner(string text, Action<Mark> seen) : IScanner
{
    private readonly Scanner _scanner = new(new StringReader(text));
    private Token? _last;

    /// <inheritdoc/>
    public Mark CurrentPosition => _scanner.CurrentPosition;

    /// <inheritdoc/>
    public Token? Current => _scanner.Current;

    /// <inheritdoc/>
    public bool MoveNext() => Seen(_scanner.MoveNext());

    /// <inheritdoc/>
    public bool MoveNextWithoutConsuming() => Seen(_scanner.MoveNextWithoutConsuming());

    /// <inheritdoc/>
    public void ConsumeCurrent() => _scanner.ConsumeCurrent();

    private bool Seen(bool moved)
    {
        if (_scanner.Current is BlockEntry dash && !ReferenceEquals(dash, _last))
        {
            seen(dash.Start);
        }

        _last = _scanner.Current;
        return moved;
    }
}
