using Steno.Core.Enrichment;
using Steno.Core.Messages;

namespace Steno.Tests.Support;

internal static class TestComposer
{
    public static LineComposer New() => new(RuleSet.BuiltIn);
}
