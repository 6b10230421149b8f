using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Fluister.Client.Contacts.Storage;

/// <summary>Joins what was changed here with what other devices wrote: field by field, so that neither undoes what the other did not
/// touch.</summary>
internal static class RecordMerge
{
    /// <summary>What other devices wrote, with the fields that this device has changed since it last knew the record. Fields that this
    /// client does not know stay as they came.</summary>
    /// <param name="known">As it was when it was last read or written here.</param>
    /// <param name="mine">As it would be written from here.</param>
    /// <param name="theirs">As it is at the server.</param>
    public static T Merge<T>(T known, T mine, T theirs)
        where T : IMessage<T>
    {
        var merged = theirs.Clone();
        foreach (var field in known.Descriptor.Fields.InDeclarationOrder())
        {
            if (IsSame(field, known, mine))
            {
                continue;
            }

            if (field.IsRepeated)
            {
                var list = (System.Collections.IList)field.Accessor.GetValue(merged);
                list.Clear();
                foreach (var item in (System.Collections.IList)field.Accessor.GetValue(mine))
                {
                    list.Add(item);
                }
            }
            else if (field.Accessor.HasValue(mine))
            {
                field.Accessor.SetValue(merged, field.Accessor.GetValue(mine));
            }
            else
            {
                field.Accessor.Clear(merged);
            }
        }

        return merged;
    }

    // That a field is not there, and that it has the value which means nothing, is the same.
    private static bool IsSame(FieldDescriptor field, IMessage a, IMessage b) =>
        Equals(field.Accessor.GetValue(a), field.Accessor.GetValue(b));
}
