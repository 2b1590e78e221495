using System.Buffers.Binary;
using System.Numerics;
using Steno.Core.Enrichment;

namespace Steno.Core.Messages;

/// <summary>Writes labels as the members of <c>Metadata</c>.</summary>
internal static class LabelWriter
{
    private const int HashLength = 32;

    public static void Write(LineBuffer line, RuleSet rules, in Labels labels)
    {
        line.Write("\"chain_type\":"u8);
        line.Write(rules.QuotedChainName(labels.Chain));
        line.Write(",\"ace_tier\":\""u8);
        line.WriteByte(labels.Tier switch
        {
            AceTier.Architectural => (byte)'A',
            AceTier.Collaborative => (byte)'C',
            _ => (byte)'E',
        });
        line.Write("\",\"shl_tags\":["u8);
        for (ulong left = labels.Tags; left != 0; left &= left - 1)
        {
            line.Write(rules.QuotedTagName(BitOperations.TrailingZeroCount(left)));
            line.WriteByte((byte)',');
        }

        line.Write(rules.QuotedChainTag(labels.Chain));
        line.Write("],\"word_count\":"u8);
        line.WriteInteger(labels.WordCount);
        line.Write(",\"char_count\":"u8);
        line.WriteInteger(labels.CharCount);
        line.Write(",\"content_hash\":\""u8);
        Span<byte> hash = stackalloc byte[HashLength / 2];
        BinaryPrimitives.WriteUInt128BigEndian(hash, labels.ContentHash);
        Convert.TryToHexStringLower(hash, line.GetSpan(HashLength), out _);
        line.Advance(HashLength);
        line.Write("\",\"rules\":"u8);
        line.Write(rules.QuotedVersion);
    }
}
