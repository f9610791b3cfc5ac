//! A view whose type ends here: what is around it is compiled without going down into it.
//!
//! Leptos' own `into_any` alone would compile each element once more, to hydrate it asynchronously. That is for pages whose code is loaded
//! late, of which there are none here, and it would be a seventh of all that the browser loads.

use leptos::{
    attr::{Attribute, any_attribute::AnyAttribute},
    prelude::*,
    tachys::{
        hydration::Cursor,
        ssr::StreamBuilder,
        view::{Position, PositionState},
    },
};

/// Leaves the type of a view behind.
pub(crate) fn whole(view: impl IntoView + 'static) -> AnyView {
    Whole(view.into_view()).into_any()
}

/// A view that is hydrated at once, even where it could wait. In all else it is the view inside.
struct Whole<View>(View);

impl<View: Render> Render for Whole<View> {
    type State = View::State;

    fn build(self) -> Self::State {
        self.0.build()
    }

    fn rebuild(self, state: &mut Self::State) {
        self.0.rebuild(state);
    }
}

impl<View: AddAnyAttr> AddAnyAttr for Whole<View> {
    type Output<NewAttribute: Attribute> = Whole<View::Output<NewAttribute>>;

    fn add_any_attr<NewAttribute: Attribute>(
        self,
        attribute: NewAttribute,
    ) -> Self::Output<NewAttribute> {
        Whole(self.0.add_any_attr(attribute))
    }
}

impl<View: RenderHtml> RenderHtml for Whole<View> {
    type AsyncOutput = Whole<View::AsyncOutput>;
    type Owned = Whole<View::Owned>;

    const MIN_LENGTH: usize = View::MIN_LENGTH;
    const EXISTS: bool = View::EXISTS;

    fn dry_resolve(&mut self) {
        self.0.dry_resolve();
    }

    async fn resolve(self) -> Self::AsyncOutput {
        Whole(self.0.resolve().await)
    }

    fn html_len(&self) -> usize {
        self.0.html_len()
    }

    fn to_html_with_buf(
        self,
        html: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        attributes: Vec<AnyAttribute>,
    ) {
        self.0
            .to_html_with_buf(html, position, escape, mark_branches, attributes);
    }

    fn to_html_async_with_buf<const OUT_OF_ORDER: bool>(
        self,
        html: &mut StreamBuilder,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        attributes: Vec<AnyAttribute>,
    ) {
        self.0.to_html_async_with_buf::<OUT_OF_ORDER>(
            html,
            position,
            escape,
            mark_branches,
            attributes,
        );
    }

    fn hydrate<const FROM_SERVER: bool>(
        self,
        cursor: &Cursor,
        position: &PositionState,
    ) -> Self::State {
        self.0.hydrate::<FROM_SERVER>(cursor, position)
    }

    async fn hydrate_async(self, cursor: &Cursor, position: &PositionState) -> Self::State {
        self.0.hydrate::<true>(cursor, position)
    }

    fn into_owned(self) -> Self::Owned {
        Whole(self.0.into_owned())
    }
}
