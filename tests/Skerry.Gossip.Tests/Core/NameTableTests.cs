using FsCheck;
using FsCheck.Fluent;

using Skerry.Gossip.Core;

namespace Skerry.Gossip.Tests.Core;

/// <summary>Rows by name.</summary>
public sealed class NameTableTests
{
    [Fact]
    public void Whatever_is_added_and_removed_a_dictionary_would_hold_the_same()
    {
        // A step: a name, whether it comes or goes. Few names, so that they come back.
        var step = Gen.Choose(0, 60).SelectMany(name => Gen.Choose(0, 2).Select(kind => (Name: $"n{name}", Comes: kind > 0)));
        Prop.ForAll(step.ListOf(300).ToArbitrary(), steps =>
        {
            var table = new NameTable<string>(name => name);
            var expected = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (name, comes) in steps)
            {
                if (!comes && table.Remove(name) != expected.Remove(name)) return false;
                if (comes && expected.Add(name)) table.Add(name);
                if (table.Rows.Count != expected.Count || !expected.SetEquals(table.Rows)) return false;
                if (Enumerable.Range(0, 61).Any(i => (table.Find($"n{i}") is not null) != expected.Contains($"n{i}"))) return false;
            }

            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));
    }

    [Fact]
    public void Rows_that_stay_keep_their_order_while_none_goes()
    {
        var table = new NameTable<string>(name => name);
        var names = Enumerable.Range(0, 1000).Select(i => $"n{i}").ToArray();
        foreach (var name in names) table.Add(name);
        Assert.Equal(names, table.Rows);
        Assert.Null(table.Find("stranger"));
        Assert.False(table.Remove("stranger"));
    }
}
