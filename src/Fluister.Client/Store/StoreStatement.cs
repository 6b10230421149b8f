using Fluister.Protocol.Addresses;
using Fluister.SqlCipher;

namespace Fluister.Client.Store;

/// <summary>A statement that is prepared when it is first used, and kept. The store closes it.</summary>
/// <remarks>One run at a time: rows are taken out before the statement is used again.</remarks>
internal sealed class StoreStatement(ClientStore store, string sql)
{
    private Run? _run;

    /// <summary>Begins a run; it ends, and lets go of the database's state, when it is disposed of.</summary>
    public Run Begin() => (_run ??= new Run(store.Database.Prepare(sql))).Begin();

    /// <summary>A run: parameters are bound in their order.</summary>
    internal sealed class Run(CipherStatement statement) : IDisposable
    {
        private int _bound;

        /// <summary>Begins anew.</summary>
        internal Run Begin()
        {
            statement.Reset();
            _bound = 0;
            return this;
        }

        /// <summary>Binds a number; null is NULL.</summary>
        public Run Bind(long? value)
        {
            if (value is { } number)
            {
                statement.Bind(++_bound, number);
            }
            else
            {
                statement.BindNull(++_bound);
            }

            return this;
        }

        /// <summary>Binds 1 or 0.</summary>
        public Run Bind(bool value) => Bind(value ? 1 : 0);

        /// <summary>Binds a number with a fraction; null is NULL.</summary>
        public Run Bind(double? value)
        {
            if (value is { } number)
            {
                statement.Bind(++_bound, number);
            }
            else
            {
                statement.BindNull(++_bound);
            }

            return this;
        }

        /// <summary>Binds text; null is NULL.</summary>
        public Run Bind(string? value)
        {
            statement.Bind(++_bound, value);
            return this;
        }

        /// <summary>Binds an id as text.</summary>
        public Run Bind(ServiceId? id) => Bind(id?.ToString());

        /// <summary>Binds bytes.</summary>
        public Run Bind(ReadOnlySpan<byte> bytes)
        {
            statement.BindBlob(++_bound, bytes);
            return this;
        }

        /// <summary>Binds text in UTF-8.</summary>
        public Run BindUtf8(ReadOnlySpan<byte> text)
        {
            statement.BindUtf8(++_bound, text);
            return this;
        }

        /// <summary>Moves to the next row; false after the last.</summary>
        public bool Step() => statement.Step();

        /// <summary>Runs it to its end, for a statement that gives no rows.</summary>
        public void Execute()
        {
            while (statement.Step())
            {
            }
        }

        /// <summary>True where the column is NULL.</summary>
        public bool IsNull(int column) => statement.IsNull(column);

        /// <summary>A number; 0 for NULL.</summary>
        public long Int64(int column) => statement.Int64(column);

        /// <summary>A number; null for NULL.</summary>
        public long? Number(int column) => statement.IsNull(column) ? null : statement.Int64(column);

        /// <summary>Text; null for NULL.</summary>
        public string? Text(int column) => statement.Text(column);

        /// <summary>Bytes of text or of a blob, valid until the next step.</summary>
        public ReadOnlySpan<byte> Bytes(int column) => statement.Utf8(column);

        /// <summary>An id as text; null for NULL, and for what is no id.</summary>
        public ServiceId? Id(int column) => statement.Text(column) is { } text && ServiceId.TryParse(text, out var id) ? id : null;

        /// <inheritdoc/>
        public void Dispose() => statement.Reset();
    }
}
