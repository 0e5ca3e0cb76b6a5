using Skerry.Manifest.Core;

namespace Skerry.Manifest.Tests.Core;

/// <summary>Where replicas are compared.</summary>
public sealed class StateMarksTests
{
    [Theory]
    [InlineData(0, 1, 0)]
    [InlineData(0, 64, 0)]
    [InlineData(63, 64, 0)]
    [InlineData(64, 65, 64)]
    [InlineData(63, 66, 64)]
    [InlineData(65, 66, 0)]
    [InlineData(0, 200, 192)]
    [InlineData(130, 131, 0)]
    [InlineData(64, 64, 0)]
    public void A_mark_lies_where_a_multiple_of_64_is_between_two_commands(ulong applied, ulong next, ulong expected) =>
        Assert.Equal(expected, StateMarks.Between(applied, next));

    [Fact]
    public void The_newest_marks_are_remembered_and_older_ones_are_not_taken_for_them()
    {
        var marks = new StateMarks();
        Assert.Null(marks.Find(0));
        for (var i = 1UL; i <= StateMarks.Capacity + 2; i++) marks.Add(i * StateMarks.Interval, i);
        Assert.Null(marks.Find(2 * StateMarks.Interval));
        Assert.Equal(3UL, marks.Find(3 * StateMarks.Interval));
        Assert.Null(marks.Find((3 * StateMarks.Interval) + 1));
        Assert.Equal(((StateMarks.Capacity + 2) * StateMarks.Interval, StateMarks.Capacity + 2UL), marks.Newest);
    }
}
