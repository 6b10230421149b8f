using System.Runtime.InteropServices;
using System.Text;

namespace Fluister.SqlCipher;

/// <summary>A prepared statement: columns count from 0 and parameters from 1, as in SQLite.</summary>
public sealed unsafe class CipherStatement : IDisposable
{
    private static readonly nint Transient = -1;

    private readonly CipherConnection _owner;
    private nint _statement;
    private bool _running;

    internal CipherStatement(CipherConnection owner, nint statement)
    {
        _owner = owner;
        _statement = statement;
        ColumnCount = Sqlite.ColumnCount(statement);
    }

    /// <summary>Columns of a row.</summary>
    public int ColumnCount { get; }

    /// <summary>The name of column <paramref name="i"/>.</summary>
    public string ColumnName(int i)
    {
        ObjectDisposedException.ThrowIf(_statement == 0, this);
        return Marshal.PtrToStringUTF8((nint)Sqlite.ColumnName(_statement, i)) ?? "";
    }

    /// <summary>Moves to the next row; false after the last one, and the statement is then reset.</summary>
    /// <exception cref="CipherException">The database cannot be read further.</exception>
    public bool Step()
    {
        ObjectDisposedException.ThrowIf(_statement == 0, this);
        int code = _running ? Sqlite.Step(_statement) : Begin();
        if (code == Sqlite.Row)
        {
            return true;
        }

        Reset();
        if (code != Sqlite.Done)
        {
            throw _owner.Explain(code);
        }

        _owner.CheckUnchanged();
        return false;
    }

    /// <summary>Ends the run, so that the next <see cref="Step"/> starts again; the parameters stay.</summary>
    public void Reset()
    {
        _running = false;
        _ = Sqlite.Reset(_statement);
    }

    /// <summary>True when column <paramref name="i"/> is NULL.</summary>
    public bool IsNull(int i) => Sqlite.ColumnType(_statement, i) == (int)SqliteType.Null;

    /// <summary>The storage class of column <paramref name="i"/>, before any other reading of it.</summary>
    public SqliteType Type(int i) => (SqliteType)Sqlite.ColumnType(_statement, i);

    /// <summary>Column <paramref name="i"/> as an integer; 0 when it is NULL or no number.</summary>
    public long Int64(int i) => Sqlite.ColumnInt64(_statement, i);

    /// <summary>Column <paramref name="i"/> as a number; 0 when it is NULL or no number.</summary>
    public double Double(int i) => Sqlite.ColumnDouble(_statement, i);

    /// <summary>The bytes of column <paramref name="i"/>: text in UTF-8, or a blob; empty for NULL. Valid until the next Step, Reset or
    /// Dispose.</summary>
    public ReadOnlySpan<byte> Utf8(int i)
    {
        byte* bytes = Type(i) == SqliteType.Blob ? Sqlite.ColumnBlob(_statement, i) : Sqlite.ColumnText(_statement, i);
        return new ReadOnlySpan<byte>(bytes, bytes == null ? 0 : Sqlite.ColumnBytes(_statement, i));
    }

    /// <summary>The text of column <paramref name="i"/>, null for NULL; what is no UTF-8 (lone surrogates too) becomes U+FFFD.</summary>
    public string? Text(int i) => IsNull(i) ? null : Encoding.UTF8.GetString(Utf8(i));

    /// <summary>Binds a number to parameter <paramref name="i"/>.</summary>
    public void Bind(int i, long v) => Check(Sqlite.Bind(_statement, i, v));

    /// <summary>Binds text, or NULL, to parameter <paramref name="i"/>.</summary>
    public void Bind(int i, string? v)
    {
        if (v is null)
        {
            Check(Sqlite.BindNull(_statement, i));
            return;
        }

        byte[] text = Encoding.UTF8.GetBytes(v + '\0');
        fixed (byte* from = text)
        {
            Check(Sqlite.BindText(_statement, i, from, text.Length - 1, Transient));
        }
    }

    /// <summary>Binds text in UTF-8 to parameter <paramref name="i"/>.</summary>
    public void BindUtf8(int i, ReadOnlySpan<byte> v)
    {
        // Null where the span is empty would be NULL.
        byte nothing;
        fixed (byte* from = v)
        {
            Check(Sqlite.BindText(_statement, i, from == null ? &nothing : from, v.Length, Transient));
        }
    }

    /// <summary>Binds bytes to parameter <paramref name="i"/>.</summary>
    public void BindBlob(int i, ReadOnlySpan<byte> v)
    {
        if (v.IsEmpty)
        {
            // Null where the span is empty would be NULL.
            Check(Sqlite.BindZeroBlob(_statement, i, 0));
            return;
        }

        fixed (byte* from = v)
        {
            Check(Sqlite.BindBlob(_statement, i, from, v.Length, Transient));
        }
    }

    /// <summary>Binds a number to parameter <paramref name="i"/>.</summary>
    public void Bind(int i, double v) => Check(Sqlite.BindDouble(_statement, i, v));

    /// <summary>Binds NULL to parameter <paramref name="i"/>.</summary>
    public void BindNull(int i) => Check(Sqlite.BindNull(_statement, i));

    /// <summary>Ends the statement.</summary>
    public void Dispose()
    {
        if (_statement != 0)
        {
            _ = Sqlite.FinalizeStatement(_statement);
            _statement = 0;
            _owner.Forget(this);
        }
    }

    private int Begin()
    {
        int code = _owner.Retry(() =>
        {
            int first = Sqlite.Step(_statement);
            if (first is not (Sqlite.Row or Sqlite.Done))
            {
                _ = Sqlite.Reset(_statement);
            }

            return first;
        });
        _running = true;
        return code;
    }

    private void Check(int code)
    {
        if (code != Sqlite.Ok)
        {
            throw _owner.Explain(code);
        }
    }
}
