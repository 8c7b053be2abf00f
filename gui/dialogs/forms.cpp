// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/forms.h"

#include <QDialog>
#include <QEvent>
#include <QFormLayout>
#include <QWidget>

#include <algorithm>

namespace lamella::dialogs {

namespace {

class Grower final : public QObject {
public:
    explicit Grower(QDialog* dialog)
        : QObject(dialog)
        , m_dialog(dialog)
    {
        dialog->installEventFilter(this);
    }

    bool eventFilter(QObject* watched, QEvent* event) override
    {
        // The layout itself takes the event after this.
        if (watched == m_dialog && event->type() == QEvent::LayoutRequest)
            QMetaObject::invokeMethod(this, [this] { grow(); }, Qt::QueuedConnection);
        return QObject::eventFilter(watched, event);
    }

private:
    void grow()
    {
        const QLayout* layout = m_dialog->layout();
        const int needed = layout && layout->hasHeightForWidth() ? layout->totalHeightForWidth(m_dialog->width()) : 0;
        if (needed > m_dialog->height())
            m_dialog->resize(m_dialog->width(), needed);
    }

    QDialog* m_dialog;
};

} // namespace

void growWithContent(QDialog* dialog)
{
    new Grower(dialog);
}

void alignForms(const QList<QWidget*>& forms)
{
    QList<QWidget*> labels;
    int widest = 0;
    for (const QWidget* one : forms) {
        const auto* form = qobject_cast<const QFormLayout*>(one->layout());
        for (int row = 0; form && row < form->rowCount(); ++row) {
            const QLayoutItem* item = form->itemAt(row, QFormLayout::LabelRole);
            if (!item || !item->widget())
                continue;
            labels.append(item->widget());
            widest = std::max(widest, item->widget()->sizeHint().width());
        }
    }
    for (QWidget* label : labels)
        label->setMinimumWidth(widest);
}

} // namespace lamella::dialogs
