using System.Text.Json.Nodes;
using Fluister.Protocol.Addresses;
using Fluister.Wire.Protos;

namespace Fluister.Client.Contents;

/// <summary>Formatting and mentions: between a message's ranges and the store's bodyRanges.</summary>
internal static class RangeParts
{
    /// <summary>The store's form. What is no range, or one too many, is left out as Signal Desktop leaves it out.</summary>
    public static JsonArray Read(IEnumerable<BodyRange> ranges)
    {
        var list = new JsonArray();
        var counts = new int[(int)BodyRange.Types.Style.Monospace + 1];
        foreach (var range in ranges)
        {
            if (range.Length is 0 or > int.MaxValue || range.Start > int.MaxValue)
            {
                continue;
            }

            var json = new JsonObject { ["start"] = (long)range.Start, ["length"] = (long)range.Length };
            if (range.AssociatedValueCase == BodyRange.AssociatedValueOneofCase.Style)
            {
                if (range.Style is <= BodyRange.Types.Style.None or > BodyRange.Types.Style.Monospace
                    || ++counts[(int)range.Style] > ClientLimits.RangesPerStyle)
                {
                    continue;
                }

                json["style"] = (int)range.Style;
            }
            else if (ContentIds.Aci(range.MentionAciBinary, range.MentionAci) is { } person && ++counts[0] <= ClientLimits.RangesPerStyle)
            {
                json["mentionAci"] = person.ToString();
            }
            else
            {
                continue;
            }

            list.Add(json);
        }

        return list;
    }

    /// <summary>From the store's form to a message's.</summary>
    public static IEnumerable<BodyRange> Write(JsonObject message)
    {
        foreach (var json in message.Parts("bodyRanges"))
        {
            if (json.Number("start") is not (>= 0 and <= int.MaxValue and var start)
                || json.Number("length") is not (> 0 and <= int.MaxValue and var length))
            {
                continue;
            }

            var range = new BodyRange { Start = (uint)start, Length = (uint)length };
            if (ServiceId.TryParse(json.Text("mentionAci"), out var person))
            {
                range.MentionAciBinary = person.ToByteString();
            }
            else if (json.Number("style") is > 0 and <= (int)BodyRange.Types.Style.Monospace and var style)
            {
                range.Style = (BodyRange.Types.Style)style;
            }
            else
            {
                continue;
            }

            yield return range;
        }
    }
}
