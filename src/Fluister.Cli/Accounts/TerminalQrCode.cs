using System.Text;
using QRCoder;

namespace Fluister.Cli.Accounts;

/// <summary>A QR code in half blocks, two rows of modules to a line, light on dark as terminals are; readers take both.</summary>
internal static class TerminalQrCode
{
    /// <summary>The lines of a text's code, with its quiet zone.</summary>
    public static string Of(string text)
    {
        using var generator = new QRCodeGenerator();
        using var code = generator.CreateQrCode(text, QRCodeGenerator.ECCLevel.L);
        return Draw(code);
    }

    /// <summary>The lines of a code for bytes, with its quiet zone.</summary>
    public static string Of(ReadOnlySpan<byte> bytes)
    {
        using var generator = new QRCodeGenerator();
        using var code = generator.CreateQrCode(bytes.ToArray(), QRCodeGenerator.ECCLevel.L);
        return Draw(code);
    }

    private static string Draw(QRCodeData code)
    {
        var modules = code.ModuleMatrix;
        var lines = new StringBuilder();
        for (var row = 0; row < modules.Count; row += 2)
        {
            for (var column = 0; column < modules[row].Length; column++)
            {
                var (upper, lower) = (modules[row][column], row + 1 < modules.Count && modules[row + 1][column]);
                lines.Append((upper, lower) switch { (true, true) => ' ', (true, false) => '▄', (false, true) => '▀', _ => '█' });
            }

            lines.Append('\n');
        }

        return lines.ToString();
    }
}
